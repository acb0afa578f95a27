import { setTimeout as delay } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { AbortError, errorMessage, type Logger } from '@montana/foundation'
import { EXT_ERROR, ExtError } from '@montana/network'
import type { SnapshotReply, SnapshotRequest, SnapshotThreadData } from './protocol.js'

// By way of dist, so that the sources find the compiled thread too when tests import them directly.
const THREAD_URL = new URL('../../dist/snapshot/thread.js', import.meta.url)
/** A thread that does not end by itself by then is ended: a clean stop takes less than two seconds. */
const STOP_MS = 500

export interface SnapshotServerModules {
  readonly dataDir: string
  readonly logger: Logger
  /** Something stored is not what it should be. */
  onFault(window: number, detail: string): void
}

interface Pending {
  readonly resolve: (payload: Uint8Array) => void
  readonly reject: (error: Error) => void
}

/**
 * Answers about frozen states from a thread of its own: reading and hashing for a joiner must not hold up a window. The
 * main thread only passes bytes on.
 */
export class SnapshotServer {
  readonly #modules: SnapshotServerModules
  readonly #pending = new Map<number, Pending>()
  #worker: Worker | undefined
  #ready: readonly number[] = []
  #nextId = 1
  #bytesServed = 0
  #isStopped = false

  constructor(modules: SnapshotServerModules) {
    this.#modules = modules
  }

  /** Anchors that can be served now, ascending. */
  get anchors(): readonly number[] {
    return this.#ready
  }

  /** 0 = none. */
  get newest(): number {
    return this.#ready.at(-1) ?? 0
  }

  get bytesServed(): number {
    return this.#bytesServed
  }

  /** From now on these anchors are served, each once its hashes are read. No thread runs before there is one. */
  announce(windows: readonly number[]): void {
    if (this.#isStopped || (windows.length === 0 && !this.#worker)) return
    this.#ready = this.#ready.filter((window) => windows.includes(window))
    this.#worker ??= this.#start()
    this.#tell({ kind: 'anchors', windows })
  }

  /** Throws ExtError, and AbortError when `signal` fires first. */
  ask(type: number, payload: Uint8Array, signal: AbortSignal): Promise<Uint8Array> {
    if (!this.#worker || this.#isStopped) {
      return Promise.reject(new ExtError(EXT_ERROR.notFound, 'this node serves no snapshot'))
    }
    if (signal.aborted) return Promise.reject(new AbortError(signal.reason))
    const id = this.#nextId++
    const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>()
    const onAbort = () => this.#pending.get(id)?.reject(new AbortError(signal.reason))
    const settle = () => {
      this.#pending.delete(id)
      signal.removeEventListener('abort', onAbort)
    }
    this.#pending.set(id, { resolve, reject })
    signal.addEventListener('abort', onAbort, { once: true })
    this.#tell({ kind: 'ask', id, type, payload: Uint8Array.from(payload) })
    return promise.finally(settle)
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#ready = []
    const worker = this.#worker
    this.#failAll(new ExtError(EXT_ERROR.notFound, 'this node is stopping'))
    if (!worker) return
    const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
    this.#tell({ kind: 'stop' })
    const timeout = new AbortController()
    await Promise.race([ended, delay(STOP_MS, undefined, { signal: timeout.signal }).catch(() => {})])
    timeout.abort()
    await worker.terminate()
    this.#worker = undefined
  }

  #tell(request: SnapshotRequest): void {
    this.#worker?.postMessage(request)
  }

  #start(): Worker {
    const workerData: SnapshotThreadData = { dataDir: this.#modules.dataDir }
    const worker = new Worker(THREAD_URL, { workerData, execArgv: [], name: 'snapshots' })
    worker.on('message', (reply: SnapshotReply) => this.#hear(reply))
    worker.on('error', (error) => this.#modules.logger.error({ error: errorMessage(error) }, 'snapshot thread failed'))
    worker.on('exit', () => this.#onExit(worker))
    return worker
  }

  #hear(reply: SnapshotReply): void {
    switch (reply.kind) {
      case 'ready':
        this.#ready = reply.windows
        return
      case 'answer':
        this.#bytesServed += reply.payload.length
        this.#pending.get(reply.id)?.resolve(reply.payload)
        return
      case 'refused':
        this.#pending.get(reply.id)?.reject(new ExtError(reply.code, reply.text))
        return
      case 'fault':
        this.#modules.onFault(reply.window, reply.detail)
    }
  }

  /** The next announcement starts another one. */
  #onExit(worker: Worker): void {
    if (this.#worker !== worker) return
    this.#worker = undefined
    this.#ready = []
    this.#failAll(new ExtError(EXT_ERROR.internal))
  }

  #failAll(error: ExtError): void {
    for (const { reject } of [...this.#pending.values()]) reject(error)
  }
}

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
  #announced: readonly number[] = []
  /** Told apart here too, so that a thread that starts anew does not bring them back. */
  #damaged: readonly number[] = []

  constructor(modules: SnapshotServerModules) {
    this.#modules = modules
  }

  /** Anchors that can be served now, ascending. */
  get anchors(): readonly number[] {
    const windows = this.#worker ? this.#ready : this.#announced
    return windows.filter((window) => !this.#damaged.includes(window))
  }

  /** 0 = none. */
  get newest(): number {
    return this.anchors.at(-1) ?? 0
  }

  get bytesServed(): number {
    return this.#bytesServed
  }

  /**
   * From now on these anchors are served. No thread runs before somebody asks: most nodes are never asked, and a thread
   * costs memory. What it finds unsound is not announced any more.
   */
  announce(windows: readonly number[]): void {
    if (this.#isStopped) return
    this.#announced = windows
    this.#ready = this.#ready.filter((window) => windows.includes(window))
    this.#damaged = this.#damaged.filter((window) => windows.includes(window))
    this.#tell({ kind: 'anchors', windows })
  }

  /** Throws ExtError, and AbortError when `signal` fires first. */
  ask(type: number, payload: Uint8Array, signal: AbortSignal): Promise<Uint8Array> {
    if (this.#announced.length === 0 || this.#isStopped) {
      return Promise.reject(new ExtError(EXT_ERROR.notFound, 'this node serves no snapshot'))
    }
    if (signal.aborted) return Promise.reject(new AbortError(signal.reason))
    this.#worker ??= this.#start()
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
    // Until it has read their hashes they are taken for sound.
    this.#ready = this.#announced
    worker.postMessage({ kind: 'anchors', windows: this.#announced } satisfies SnapshotRequest)
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
        this.#damaged = [...this.#damaged, reply.window]
        this.#modules.onFault(reply.window, reply.detail)
    }
  }

  /** The next question starts another one. */
  #onExit(worker: Worker): void {
    if (this.#worker !== worker) return
    this.#worker = undefined
    this.#ready = []
    this.#failAll(new ExtError(EXT_ERROR.internal))
    if (!this.#isStopped)
      this.#modules.onFault(this.#announced.at(-1) ?? 0, 'the thread that serves snapshots has ended')
  }

  #failAll(error: ExtError): void {
    for (const { reject } of [...this.#pending.values()]) reject(error)
  }
}

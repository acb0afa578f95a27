import { Worker } from 'node:worker_threads'
import { CryptoError } from './errors.js'
import type { NobleAnswer, NobleRequest } from './noble-protocol.js'

// By way of dist, so that the sources find the compiled worker too when tests import them directly.
const WORKER_URL = new URL('../dist/noble-worker.js', import.meta.url)

interface Pending {
  readonly resolve: (result: never) => void
  readonly reject: (error: Error) => void
}

/** One worker thread with noble in it. Started by the first call, keeps the process alive only while a call runs. */
export class NobleClient {
  readonly #pending = new Map<number, Pending>()
  #worker: Worker | undefined
  #nextId = 1
  #closed = false

  call<T>(request: NobleRequest): Promise<T> {
    if (this.#closed) return Promise.reject(new CryptoError('CRYPTO_BACKEND', 'the noble backend is closed'))
    this.#worker ??= this.#start()
    const worker = this.#worker
    const id = this.#nextId++
    return new Promise<T>((resolve, reject) => {
      this.#pending.set(id, { resolve, reject })
      worker.ref()
      worker.postMessage({ id, request })
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    // an idle worker does not hold the process; its end must, or an awaited close would never return
    this.#worker?.ref()
    await this.#worker?.terminate()
    this.#worker = undefined
  }

  #start(): Worker {
    // flags of this process (an evaluated script, an inspector port) are not the worker's
    const worker = new Worker(WORKER_URL, { execArgv: [] })
    worker.on('message', (answer: NobleAnswer) => this.#settle(answer))
    worker.on('error', (cause) => this.#fail(new CryptoError('CRYPTO_BACKEND', 'the noble worker failed', { cause })))
    worker.on('exit', () => this.#fail(new CryptoError('CRYPTO_BACKEND', 'the noble worker ended')))
    return worker
  }

  #settle({ id, result, error }: NobleAnswer): void {
    const pending = this.#pending.get(id)
    this.#pending.delete(id)
    if (this.#pending.size === 0 && !this.#closed) this.#worker?.unref()
    if (error) pending?.reject(new CryptoError(error.code, error.message))
    else pending?.resolve(result as never)
  }

  /** A worker that is gone took its secrets along: this client cannot go on. */
  #fail(error: CryptoError): void {
    this.#closed = true
    const pending = [...this.#pending.values()]
    this.#pending.clear()
    for (const { reject } of pending) reject(error)
  }
}

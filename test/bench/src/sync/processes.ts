import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { NODE_ENVIRONMENT, NODE_FLAGS } from '@montana/node/runtime-flags'
import { endWithUs } from '../children.js'
import type { Answers, FromProcess, Order } from './orders.js'

// By way of dist, so that a test that imports the sources finds the compiled process too.
const PROCESS = fileURLToPath(new URL('../../dist/sync/sync-process.js', import.meta.url))

/** A process with the flags and the environment of a node, which does one thing. */
export class SyncProcess {
  readonly #child: ChildProcess

  constructor() {
    const env = { ...NODE_ENVIRONMENT, ...process.env }
    this.#child = fork(PROCESS, { execArgv: [...NODE_FLAGS], env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    endWithUs(this.#child)
  }

  /** Rejects with what went wrong over there, or when the process ends. */
  ask<T extends Order>(order: T, onProgress: (line: string) => void = () => {}): Promise<Answers[T['do']]> {
    return new Promise((resolve, reject) => {
      this.#child.once('exit', (code) => reject(new Error(`${order.do}: the process ended with ${code}`)))
      this.#child.on('message', (message: FromProcess) => {
        if ('progress' in message) onProgress(message.progress)
        else if ('error' in message) reject(new Error(`${order.do}: ${message.error}`))
        else resolve(message.answer as Answers[T['do']])
      })
      this.#child.send(order)
    })
  }

  async end(): Promise<void> {
    if (!this.#child.connected) return
    const gone = once(this.#child, 'exit')
    this.#child.disconnect()
    await gone
  }
}

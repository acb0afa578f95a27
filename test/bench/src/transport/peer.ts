import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { BackendName, StackName } from './contenders.js'
import type { Answers, Order } from './orders.js'

const PROCESS = fileURLToPath(new URL('./peer-process.js', import.meta.url))

/** One end of the bench: a process that does nothing but what it is asked, one thing at a time. */
export class Peer {
  readonly #child: ChildProcess

  constructor() {
    this.#child = fork(PROCESS, { execArgv: ['--expose-gc'], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  }

  static async started(stack: StackName, backend: BackendName): Promise<{ peer: Peer; address: string }> {
    const peer = new Peer()
    return { peer, ...(await peer.ask({ do: 'start', stack, backend })) }
  }

  /** Rejects with what went wrong over there. */
  async ask<T extends Order>(order: T): Promise<Answers[T['do']]> {
    this.#child.send(order)
    const [reply] = (await once(this.#child, 'message')) as [{ answer: Answers[T['do']]; error?: string }]
    if (reply.error !== undefined) throw new Error(`${order.do}: ${reply.error}`)
    return reply.answer
  }

  async end(): Promise<void> {
    const gone = once(this.#child, 'exit')
    this.#child.disconnect()
    await gone
  }
}

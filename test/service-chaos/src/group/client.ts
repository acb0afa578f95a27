import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { nowMs } from '@montana/chaos/program'
import type { TrialNetwork } from '@montana/netns'
import type { ClientWrite } from '../client/lines.js'

const PROGRAM = fileURLToPath(new URL('../client/main.js', import.meta.url))
/** Ten requests; none of them may have failed. */
export const ANSWERED_MS = 1_000
const ANSWERED_LEAST = 8

/** The client's process on its own machine, and all that it has said. */
export class Client {
  readonly writes: ClientWrite[] = []
  readonly #network: TrialNetwork
  readonly #machine: string
  readonly #hosts: string
  #child: ChildProcess | undefined

  constructor(network: TrialNetwork, machine: string, hosts: string) {
    this.#network = network
    this.#machine = machine
    this.#hosts = hosts
  }

  start(): void {
    const argv = [process.execPath, PROGRAM, '--hosts', this.#hosts]
    const child = this.#network.spawn(this.#machine, argv, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
    child.channel?.unref()
    this.#child = child
    if (child.stdout === null) throw new Error('the client has no output')
    createInterface({ input: child.stdout }).on('line', (line) => this.writes.push(JSON.parse(line)))
  }

  /** The newest requests were all answered, and there were enough of them. */
  isAnswered(): boolean {
    const fromMs = nowMs() - ANSWERED_MS
    const newest = this.recent(fromMs)
    return newest.length >= ANSWERED_LEAST && newest.every(({ isOk }) => isOk)
  }

  /** Requests that ended after `fromMs`. */
  recent(fromMs: number): ClientWrite[] {
    const found: ClientWrite[] = []
    for (let index = this.writes.length - 1; index >= 0; index--) {
      const write = this.writes[index]
      if (!write || write.endMs < fromMs) break
      found.unshift(write)
    }
    return found
  }

  stop(): void {
    this.#child?.kill('SIGKILL')
  }
}

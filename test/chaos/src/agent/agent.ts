import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { TrialNetwork } from '@montana/netns'
import type { AgentInit, AgentLine, AgentOrder } from './messages.js'

const MAIN = join(import.meta.dirname, 'main.js')

/** The agent of one machine, seen from outside. */
export class Agent {
  readonly #child: ChildProcess

  private constructor(child: ChildProcess) {
    this.#child = child
  }

  /** Resolves once its links take connections. */
  static async start(
    network: TrialNetwork,
    machine: string,
    init: AgentInit,
    onLine: (line: AgentLine) => void,
  ): Promise<Agent> {
    const argv = [process.execPath, MAIN, JSON.stringify(init)]
    const child = network.spawn(machine, argv, { stdio: ['pipe', 'pipe', 'inherit'] })
    await new Promise<void>((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`the agent of ${machine} ended (exit ${code})`)))
      if (!child.stdout) return reject(new Error('an agent without its output'))
      createInterface({ input: child.stdout }).on('line', (text) => {
        const line = JSON.parse(text) as AgentLine
        if (line.type === 'listening') resolve()
        else onLine(line)
      })
    })
    return new Agent(child)
  }

  order(order: AgentOrder): void {
    this.#child.stdin?.write(`${JSON.stringify(order)}\n`)
  }

  /** It ends when nobody gives it orders any more. */
  async stop(): Promise<void> {
    const { exitCode, signalCode } = this.#child
    if (exitCode !== null || signalCode !== null) return
    const gone = new Promise((resolve) => this.#child.once('exit', resolve))
    this.#child.stdin?.end()
    await gone
  }
}

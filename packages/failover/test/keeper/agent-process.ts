import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { sleep } from '@montana/foundation'
import { expect, onTestFinished } from 'vitest'
import { isGroupEmpty, signalGroup } from '../../src/process/group-signal.js'

interface Said {
  readonly pid?: number
  readonly group?: number
  readonly keeper?: number
  readonly alarm?: string
  readonly closed?: true
  readonly cgroup?: string | null
  readonly isEnded?: boolean
}

export type Layer = 'keeper' | 'thread' | 'runaway'

const LOOK_MS = 5
/** Steps into the control group that $0 names and becomes the rest. */
const JOIN = 'echo $$ > "$0/cgroup.procs" && exec "$@"'

/** `agent-like.ts` as a child, and what it said. */
export class AgentProcess {
  readonly said: Said[] = []
  readonly #child: ChildProcess

  private constructor(layers: readonly Layer[], cgroup: string | undefined) {
    const command = [process.execPath, join(import.meta.dirname, 'agent-like.ts'), ...layers]
    const [program = '', ...args] = cgroup === undefined ? command : ['sh', '-c', JOIN, cgroup, ...command]
    this.#child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'], detached: true })
    const lines = createInterface({ input: this.#child.stdout ?? process.stdin })
    lines.on('line', (line) => this.said.push(JSON.parse(line) as Said))
  }

  /** Running long enough that the layers are up and at least one beat was heard. */
  static async start(...layers: readonly Layer[]): Promise<AgentProcess> {
    return await AgentProcess.startIn(undefined, ...layers)
  }

  /** The same in a control group, as one that was delegated to it. */
  static async startIn(cgroup: string | undefined, ...layers: readonly Layer[]): Promise<AgentProcess> {
    const agent = new AgentProcess(layers, cgroup)
    await agent.until(() => agent.said.length > 0)
    onTestFinished(() => {
      for (const group of [agent.group, agent.pid, agent.keeper]) if (group) signalGroup(group, 'SIGKILL')
    })
    await sleep(700)
    expect(isGroupEmpty(agent.group)).toBe(false)
    return agent
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  get group(): number {
    return this.said[0]?.group ?? 0
  }

  get keeper(): number {
    return this.said.findLast(({ keeper }) => keeper !== undefined)?.keeper ?? 0
  }

  get alarms(): (string | undefined)[] {
    return this.said.filter(({ alarm }) => alarm !== undefined).map(({ alarm }) => alarm)
  }

  tell(command: string): void {
    this.#child.stdin?.write(`${command}\n`)
  }

  /** Milliseconds until nothing of the service runs any more. */
  async serviceEnds(): Promise<number> {
    const startMs = performance.now()
    await this.until(() => isGroupEmpty(this.group))
    return performance.now() - startMs
  }

  async until(condition: () => boolean, withinMs = 6_000): Promise<void> {
    const endMs = performance.now() + withinMs
    while (!condition()) {
      if (performance.now() > endMs) throw new Error(`not within ${withinMs} ms`)
      await sleep(LOOK_MS)
    }
  }
}

import { type ChildProcess, spawn } from 'node:child_process'
import { sleep } from '@montana/foundation'
import { inControlGroup, isControlGroupEmpty, killControlGroup } from '../process/control-groups.js'
import { isGroupEmpty, signalGroup } from '../process/group-signal.js'
import { outputLines } from './output-lines.js'

export interface GroupInit {
  readonly command: readonly string[]
  readonly cwd?: string
  readonly environment: Readonly<Record<string, string>>
  /** Folder of its own control group; null: its process group has to do. */
  readonly cgroup: string | null
  /** A line of either output, within limits. */
  onOutput(line: string): void
}

/** How often is looked whether the group is empty. */
const LOOK_MS = 10

/**
 * A command and everything that it starts. What leaves the process group still belongs to it where it has a control group.
 */
export class ProcessGroup {
  readonly #child: ChildProcess
  readonly #cgroup: string | null
  /** Stays: a number may come back as somebody else's. */
  #isOver = false
  #failure: Error | undefined

  constructor({ command, cwd, environment, cgroup, onOutput }: GroupInit) {
    const [program = '', ...args] = cgroup === null ? command : inControlGroup(cgroup, command)
    this.#cgroup = cgroup
    this.#child = spawn(program, args, {
      ...(cwd !== undefined && { cwd }),
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    this.#child.on('error', (error) => {
      this.#failure = error
    })
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', outputLines(onOutput))
    }
  }

  /** Of the group; undefined when the program could not be started. */
  get id(): number | undefined {
    return this.#child.pid
  }

  /** Why the program could not be started. */
  get failure(): Error | undefined {
    return this.#failure
  }

  get hasEnded(): boolean {
    this.#isOver ||= this.#failure !== undefined || this.id === undefined || this.#isEmpty(this.id)
    return this.#isOver
  }

  signal(signal: NodeJS.Signals): void {
    if (this.id === undefined || this.hasEnded) return
    signalGroup(this.id, signal)
    if (signal === 'SIGKILL' && this.#cgroup !== null) killControlGroup(this.#cgroup)
  }

  /** Resolves true when the group is empty, false after `ms`. */
  async ended(ms: number): Promise<boolean> {
    for (const endMs = performance.now() + ms; performance.now() < endMs; await sleep(LOOK_MS)) {
      if (this.hasEnded) return true
    }
    return this.hasEnded
  }

  #isEmpty(id: number): boolean {
    const isChildGone = this.#child.exitCode !== null || this.#child.signalCode !== null
    return isChildGone && isGroupEmpty(id) && (this.#cgroup === null || isControlGroupEmpty(this.#cgroup))
  }
}

import { type ChildProcess, spawn } from 'node:child_process'
import { sleep } from '@montana/foundation'
import { isGroupEmpty, signalGroup } from '../process/group-signal.js'

export interface GroupInit {
  readonly command: readonly string[]
  readonly cwd?: string
  readonly environment: Readonly<Record<string, string>>
  /** A line of either output, at most 4 KiB. */
  onOutput(line: string): void
}

const LINE_MAX_BYTES = 4 * 1024
/** How often is looked whether the group is empty. */
const LOOK_MS = 10

/** A command and everything that it starts and that does not leave its process group. */
export class ProcessGroup {
  readonly #child: ChildProcess
  #failure: Error | undefined

  constructor({ command: [program = '', ...args], cwd, environment, onOutput }: GroupInit) {
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
      stream?.setEncoding('utf8')
      stream?.on('data', (text: string) => onOutput(text.slice(0, LINE_MAX_BYTES).trimEnd()))
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
    return this.#failure !== undefined || this.id === undefined || (this.#isChildGone && isGroupEmpty(this.id))
  }

  signal(signal: NodeJS.Signals): void {
    if (this.id !== undefined) signalGroup(this.id, signal)
  }

  /** Resolves true when the group is empty, false after `ms`. */
  async ended(ms: number): Promise<boolean> {
    for (const endMs = performance.now() + ms; performance.now() < endMs; await sleep(LOOK_MS)) {
      if (this.hasEnded) return true
    }
    return this.hasEnded
  }

  get #isChildGone(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null
  }
}

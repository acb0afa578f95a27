import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { sleep } from '@montana/foundation'

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
    return this.#failure !== undefined || this.id === undefined || (this.#isChildGone && isEmpty(this.id))
  }

  signal(signal: NodeJS.Signals): void {
    if (this.id === undefined) return
    try {
      process.kill(-this.id, signal)
    } catch {
      // Nobody is left in it.
    }
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

/** Whether no living process has this group; one that is dead and not yet reaped has ended. */
function isEmpty(group: number): boolean {
  try {
    process.kill(-group, 0)
  } catch {
    return true
  }
  return !readdirSync('/proc').some((pid) => /^\d+$/.test(pid) && isMember(pid, group))
}

const ZOMBIE = 'Z'

function isMember(pid: string, group: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name of the program stands in brackets and may contain anything.
    const [state, , pgrp] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return state !== ZOMBIE && Number(pgrp) === group
  } catch {
    return false
  }
}

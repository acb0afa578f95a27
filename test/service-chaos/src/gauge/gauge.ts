import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { nowMs } from '@montana/chaos/program'
import type { GaugeLine } from './lines.js'

const PROGRAM = fileURLToPath(new URL('./main.js', import.meta.url))
const PRESSURE = '/proc/pressure/cpu'

/** What the host did to everything that ran on it in a span. */
export interface HostSpan {
  /** Longest time for which a process that wanted to run did not. */
  readonly stallMs: number
  /** Share of the time in which some process waited for a processor (PSI); null where the kernel does not say. */
  readonly waitingPercent: number | null
}

/** Watches the host: a trial in which it stood still says nothing about the group. */
export class Gauge {
  readonly #child: ChildProcess
  readonly #lines: GaugeLine[] = []

  constructor() {
    this.#child = spawn(process.execPath, [PROGRAM], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
    this.#child.channel?.unref()
    if (this.#child.stdout === null) throw new Error('the gauge has no output')
    createInterface({ input: this.#child.stdout }).on('line', (line) => this.#lines.push(JSON.parse(line)))
  }

  /** Call it when a span begins, and the result when it ends. */
  begin(): () => HostSpan {
    const [fromMs, before] = [nowMs(), waitedUs()]
    return () => {
      const toMs = nowMs()
      const after = waitedUs()
      const waitingPercent =
        before === undefined || after === undefined ? null : Math.round((after - before) / 10 / (toMs - fromMs))
      return { stallMs: this.#stallIn(fromMs, toMs), waitingPercent }
    }
  }

  close(): void {
    this.#child.kill('SIGKILL')
  }

  /** The last fifth of a second is not told yet. */
  #stallIn(fromMs: number, toMs: number): number {
    const inside = this.#lines.filter((line) => line.toMs >= fromMs && line.fromMs <= toMs)
    return Math.round(Math.max(0, ...inside.map(({ lateMs }) => lateMs)))
  }
}

/** Total of the time in which some process waited, µs; undefined without PSI. */
function waitedUs(): number | undefined {
  try {
    const [, total] = /^some .*total=(\d+)/m.exec(readFileSync(PRESSURE, 'utf8')) ?? []
    return total === undefined ? undefined : Number(total)
  } catch {
    return undefined
  }
}

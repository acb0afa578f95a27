import { readFileSync } from 'node:fs'

export interface ProcStat {
  /** One letter; Z has ended and waits to be reaped. */
  readonly state: string
  readonly group: number
  /** Clock ticks after the start of the kernel: a pid comes back, a pid with its start does not. */
  readonly started: string
}

/** Places behind the name in /proc/PID/stat. */
const STATE = 0
const GROUP = 2
const STARTED = 19

/** Undefined: there is no such process. */
export function readProcStat(pid: number | string): ProcStat | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name of the program stands in brackets and may contain anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return { state: fields[STATE] ?? '', group: Number(fields[GROUP]), started: fields[STARTED] ?? '' }
  } catch {
    return undefined
  }
}

import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/** Who holds something: a pid alone may be another process by now, or one of another host. */
export interface ProcessIdentity {
  readonly pid: number
  /** Life of the kernel and namespace of its pids: only within one of them does a pid say anything. */
  readonly bootId: string
  /** Clock ticks after the start of the kernel at which the process began. */
  readonly started: string
}

/** Place of the start behind the name in /proc/PID/stat. */
const STARTED = 19

export function ownIdentity(): ProcessIdentity {
  return { pid: process.pid, bootId: bootId(), started: startOf(process.pid) ?? '' }
}

/** True only where it is certain: an owner of another boot, host or container may live. */
export function isGone({ pid, bootId: boot, started }: ProcessIdentity): boolean {
  return boot === bootId() && startOf(pid) !== started
}

function bootId(): string {
  return `${readText('/proc/sys/kernel/random/boot_id')?.trim() ?? hostname()}/${pidNamespace()}`
}

function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return ''
  }
}

/** Undefined: there is no such process, or only what is left of it until it is reaped. */
function startOf(pid: number): string | undefined {
  const stat = readText(`/proc/${pid}/stat`)
  // The name of the program stands in brackets and may contain anything.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? []
  return fields[0] === 'Z' ? undefined : fields[STARTED]
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

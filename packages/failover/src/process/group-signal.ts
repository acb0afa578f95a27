import { readdirSync } from 'node:fs'
import { readProcStat } from './proc-stat.js'

const ZOMBIE = 'Z'

/** Nobody left in it is no failure. */
export function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal)
  } catch {
    // It is empty.
  }
}

/** Whether no living process has this group; one that is dead and not yet reaped has ended. */
export function isGroupEmpty(group: number): boolean {
  try {
    process.kill(-group, 0)
  } catch {
    return true
  }
  return !readdirSync('/proc').some((pid) => /^\d+$/.test(pid) && isMember(pid, group))
}

function isMember(pid: string, group: number): boolean {
  const stat = readProcStat(pid)
  return stat !== undefined && stat.state !== ZOMBIE && stat.group === group
}

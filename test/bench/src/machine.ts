import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg } from 'node:os'

export interface Machine {
  cpu: string
  cores: number
  /** Whether the first core shares its units with another one; null where the system does not say. */
  smtSiblings: boolean | null
  /** Of the minute before the bench. */
  loadBefore: number
  node: string
}

export function machine(): Machine {
  const cpu = cpus()[0]?.model ?? 'unknown'
  const [loadBefore = 0] = loadavg()
  return { cpu, cores: availableParallelism(), smtSiblings: hasSiblings(), loadBefore, node: process.versions.node }
}

/** Above this somebody else used a core for most of the last minute. */
export const IDLE_LOAD = 0.7

/** Where and how it was measured, then what speaks against the numbers. */
export function machineNotes(host: Machine, rounds: number): [where: string, ...warnings: string[]] {
  const where = `${host.cpu}, ${host.cores} cores, Node ${host.node}, median of ${rounds} interleaved rounds`
  const shared = 'the cores are SMT siblings and share their units: ratios for several cores say little here'
  const busy = `BUSY MACHINE: load ${host.loadBefore.toFixed(1)} before the bench; measure again when it is idle`
  return [where, ...(host.loadBefore > IDLE_LOAD ? [busy] : []), ...(host.smtSiblings ? [shared] : [])]
}

function hasSiblings(): boolean | null {
  try {
    return /[,-]/.test(readFileSync('/sys/devices/system/cpu/cpu0/topology/thread_siblings_list', 'utf8'))
  } catch {
    return null
  }
}

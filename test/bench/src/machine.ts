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

function hasSiblings(): boolean | null {
  try {
    return /[,-]/.test(readFileSync('/sys/devices/system/cpu/cpu0/topology/thread_siblings_list', 'utf8'))
  } catch {
    return null
  }
}

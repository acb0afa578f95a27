import { readFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'

export interface Machine {
  cpu: string
  cores: number
  /** Whether the first core shares its units with another one; null where the system does not say. */
  smtSiblings: boolean | null
  node: string
}

export function machine(): Machine {
  const cpu = cpus()[0]?.model ?? 'unknown'
  return { cpu, cores: availableParallelism(), smtSiblings: hasSiblings(), node: process.versions.node }
}

function hasSiblings(): boolean | null {
  try {
    return /[,-]/.test(readFileSync('/sys/devices/system/cpu/cpu0/topology/thread_siblings_list', 'utf8'))
  } catch {
    return null
  }
}

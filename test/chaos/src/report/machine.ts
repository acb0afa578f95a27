import { cpus, loadavg, release, totalmem } from 'node:os'

/** Where a run took place. */
export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryBytes: number
  readonly kernel: string
  readonly node: string
  /** Of the last minute at the end of the run: others may have worked too. */
  readonly load1: number
}

export function machine(): Machine {
  const [first, ...others] = cpus()
  return {
    cpu: first?.model.trim() ?? 'unknown',
    cores: others.length + (first ? 1 : 0),
    memoryBytes: totalmem(),
    kernel: release(),
    node: process.version,
    load1: Math.round((loadavg()[0] ?? 0) * 10) / 10,
  }
}

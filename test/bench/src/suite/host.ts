import { readFileSync } from 'node:fs'
import { loadavg, release, totalmem, type } from 'node:os'
import { machine } from '../machine.js'

/** What a figure may depend on besides the code. */
export interface Host {
  readonly cpu: string
  readonly cores: number
  /** Whether the first core shares its units with another one; null where the system does not say. */
  readonly smtSiblings: boolean | null
  /** Of the instructions that a bench may use, those that are there. */
  readonly cpuFlags: readonly string[]
  readonly memoryBytes: number
  readonly kernel: string
  readonly node: string
  /** Running and waiting processes on average over one, five and fifteen minutes. */
  readonly loadBefore: readonly [number, number, number]
}

/** Of x86 and of arm64. */
const INTERESTING = ['sha_ni', 'sse4_1', 'avx2', 'avx512f', 'aes', 'vaes', 'bmi2', 'sha2', 'asimd']

export function hostOf(): Host {
  const { cpu, cores, smtSiblings, node } = machine()
  const [one = 0, five = 0, fifteen = 0] = loadavg()
  const loadBefore = [one, five, fifteen] as const
  return { cpu, cores, smtSiblings, cpuFlags: cpuFlags(), memoryBytes: totalmem(), kernel: kernel(), node, loadBefore }
}

function kernel(): string {
  return `${type()} ${release()}`
}

function cpuFlags(): string[] {
  try {
    return flagsIn(readFileSync('/proc/cpuinfo', 'utf8'))
  } catch {
    return []
  }
}

/** Those of the first core. */
export function flagsIn(cpuinfo: string): string[] {
  const all = new Set((/^(?:flags|Features)\s*:\s*(.*)$/m.exec(cpuinfo)?.[1] ?? '').split(' '))
  return INTERESTING.filter((flag) => all.has(flag))
}

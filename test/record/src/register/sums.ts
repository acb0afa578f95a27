import { createHash } from 'node:crypto'
import { canonicalJson } from '@montana/foundation'
import type { Finding, Register } from './schema.js'

/** SHA-256 over the RFC 8785 form of everything but the sum itself, hex. */
function sumOf(value: object): string {
  const { sum: _, ...rest } = value as { readonly sum?: string }
  return createHash('sha256').update(canonicalJson(rest)).digest('hex')
}

/** Over every field of the entry. */
export function findingSum(finding: Omit<Finding, 'sum'>): string {
  return sumOf(finding)
}

/** Over every field of the register, the entries with their sums: no row can go, come or change places beside it. */
export function registerSum(register: Omit<Register, 'sum'>): string {
  return sumOf(register)
}

/** Which sums do not fit, in words; empty where all do. */
export function sumFaults(register: Register): string[] {
  const wrong = register.findings.filter((finding) => finding.sum !== findingSum(finding))
  const faults = wrong.map(({ id }) => `${id}: the sum is not that of the entry`)
  if (register.sum !== registerSum(register)) faults.push('the sum of the register is not that of its content')
  return faults
}

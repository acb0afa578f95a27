import type { VectorCase } from '../types.js'

/** The bytes of a vector file. */
export function formatCases(cases: readonly VectorCase[]): string {
  return `${JSON.stringify(cases, null, 1)}\n`
}

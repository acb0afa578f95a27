import type { Defect } from '../analysis/run-data.js'
import { defectOf, scanLegacy } from './scan.js'

export interface LegacyVerification {
  readonly verdict: 'OK' | 'DEFECT'
  /** Whole or rebuilt; their sequence is their position. */
  readonly records: number
  /** One per rebuilt record and per stretch of lines that cannot be joined. */
  readonly defects: readonly Defect[]
}

/** Judges files of the seed's shape, which have neither sequence nor chain: `soak verify --legacy`. */
export async function verifyLegacy(files: readonly string[], signal?: AbortSignal): Promise<LegacyVerification> {
  const defects: Defect[] = []
  let records = 0
  for await (const joined of scanLegacy(files, () => undefined, signal)) {
    const defect = defectOf(joined, records)
    if (defect) defects.push(defect)
    if (joined.kind === 'record') records++
  }
  return { verdict: defects.length === 0 ? 'OK' : 'DEFECT', records, defects }
}

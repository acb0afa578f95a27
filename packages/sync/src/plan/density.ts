import { MAX_DEPTH } from './keys.js'

/**
 * How many records a table has, as far as is known: the manifest's count is a claim, what was proven is not. Keys are
 * hashes, so records are spread evenly but for those that somebody ground.
 */
export interface Density {
  readonly claimed: number
  /** Proven records, and the part of the key space in which they lie. */
  readonly records: number
  readonly fraction: number
}

/** The claim weighs as much as this many proven records. No special reason. */
const CLAIM_WEIGHT_RECORDS = 64

export function estimatedCount({ claimed, records, fraction }: Density): number {
  if (claimed === 0) return records
  return (CLAIM_WEIGHT_RECORDS + records) / (CLAIM_WEIGHT_RECORDS / claimed + fraction)
}

export function observed(density: Density, records: number, fraction: number): Density {
  return { ...density, records: density.records + records, fraction: density.fraction + fraction }
}

/** The depth at which a subtree has at most about `records` records. */
export function depthFor(count: number, records: number): number {
  return Math.min(MAX_DEPTH, Math.max(0, Math.ceil(Math.log2(count / records))))
}

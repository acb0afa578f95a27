import { isValidD } from './difficulty.js'
import { TimechainError } from './errors.js'

/** b_i = floor(d·i/k) for i = 0 … k: spec protocol 13.1. Throws where k is outside 1 … d. */
export function boundaries(d: number, k: number): number[] {
  if (!isValidD(d)) throw new TimechainError('TIMECHAIN_BAD_D', `d is ${d}, not in 1…2^32−1`)
  if (!Number.isInteger(k) || k < 1 || k > d)
    throw new TimechainError('TIMECHAIN_BAD_SEGMENTS', `k is ${k}, not in 1…${d}`)
  return Array.from({ length: k + 1 }, (_, i) => Number((BigInt(d) * BigInt(i)) / BigInt(k)))
}

/** Steps of each of the k segments; none is empty, they add up to d. */
export function segmentLengths(d: number, k: number): number[] {
  const ends = boundaries(d, k)
  return ends.slice(1).map((end, i) => end - (ends[i] ?? 0))
}

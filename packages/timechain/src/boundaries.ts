import { isValidD } from './difficulty.js'
import { TimechainError } from './errors.js'

/** b_i = floor(d·i/k) for i = 0 … k: spec protocol 13.1. Throws where k is outside 1 … d. */
export function boundaries(d: number, k: number): number[] {
  if (!isValidD(d)) throw new TimechainError('TIMECHAIN_BAD_D', `d is ${d}, not in 1…2^32−1`)
  return totalBoundaries(d, k)
}

/** Steps of each of the k segments; none is empty, they add up to d. */
export function segmentLengths(d: number, k: number): number[] {
  return lengthsOf(boundaries(d, k))
}

/**
 * The same over the work of many windows (spec protocol 13.4), whose total S is a safe integer: 504 000 windows of 2^32−1
 * steps are 2.2·10^15. Throws where k is outside 1 … total.
 */
export function totalBoundaries(total: number, k: number): number[] {
  if (!Number.isSafeInteger(total) || total < 1)
    throw new TimechainError('TIMECHAIN_BAD_D', `${total} steps are not in 1…2^53−1`)
  if (!Number.isInteger(k) || k < 1 || k > total)
    throw new TimechainError('TIMECHAIN_BAD_SEGMENTS', `k is ${k}, not in 1…${total}`)
  return Array.from({ length: k + 1 }, (_, i) => boundaryAt(total, k, i))
}

/** total·i leaves the safe integers long before the quotient does. */
function boundaryAt(total: number, k: number, i: number): number {
  const product = total * i
  return Number.isSafeInteger(product) ? Math.floor(product / k) : Number((BigInt(total) * BigInt(i)) / BigInt(k))
}

/** Distances between consecutive boundaries. */
export function lengthsOf(ends: readonly number[]): number[] {
  return ends.slice(1).map((end, i) => end - (ends[i] ?? 0))
}

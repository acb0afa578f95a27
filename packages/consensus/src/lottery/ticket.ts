import { hashWithDomain, u64le } from '@montana/codec'
import { MAX_U128 } from '../constants.js'
import { lnQ64 } from './logarithm.js'

/** Windows of confirmed history that count as one unit of seniority, and reveals aimed at per window. */
const THIRTEEN = 13n

/** endpoint(W, node): a pure function of the state, so anyone can compute it for every member: spec protocol 6.1. */
export function lotteryEndpoint(init: {
  timechainValue: Uint8Array
  /** CBA(W − 2). */
  aggregate: Uint8Array
  nodeId: Uint8Array
  window: number
}): Uint8Array {
  return hashWithDomain('mt-lottery', init.timechainValue, init.aggregate, init.nodeId, u64le(init.window))
}

/** max(snapshot, 1) plus seniority: spec protocol 6.3. Not the quorum weight. Without any history the weight is 0. */
export function ticketWeight(chainLength: bigint, chainLengthSnapshot: bigint): bigint {
  if (chainLength === 0n && chainLengthSnapshot === 0n) return 0n
  const snapshot = chainLengthSnapshot > 1n ? chainLengthSnapshot : 1n
  return snapshot + seniority(chainLength, snapshot)
}

export function seniority(chainLength: bigint, snapshot: bigint): bigint {
  const earned = chainLength / THIRTEEN
  return earned < snapshot ? earned : snapshot
}

/** ticket = ⌊ln(endpoint) / weight⌋, u128; the lowest wins. */
export function lotteryTicket(endpoint: Uint8Array, weight: bigint): bigint {
  return weight === 0n ? MAX_U128 : lnQ64(endpoint) / weight
}

/** target' after an epoch with `totalReveals` cemented reveals: spec protocol 3.5. */
export function calibrateTarget(target: bigint, totalReveals: bigint, tau2Windows: bigint): bigint {
  if (totalReveals === 0n) return target
  const scaled = (target * THIRTEEN * tau2Windows) / totalReveals
  return scaled > MAX_U128 ? MAX_U128 : scaled
}

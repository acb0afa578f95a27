import { hashWithDomain, u64le } from '@montana/codec'
import { compareBytes, concatBytes } from '@montana/foundation'
import { ZERO_HASH } from './constants.js'

/** CBA(w) over the signers of list 1 of envelope w + 1: spec protocol 8.4. Input order does not matter. */
export function bundleAggregate(window: number, nodeIds: readonly Uint8Array[]): Uint8Array {
  if (window < 2) return ZERO_HASH
  if (nodeIds.length === 0) return hashWithDomain('mt-bc-aggregate-empty', u64le(window))
  const sorted = [...nodeIds].sort(compareBytes)
  return hashWithDomain('mt-bc-aggregate', concatBytes(...sorted), u64le(window))
}

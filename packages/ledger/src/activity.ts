import type { NodeRecord } from './records/node.js'

const U64_MAX = 2n ** 64n - 1n

/** A node counts while its last credited confirmation is at most two epochs old: spec protocol 8.3. */
export function isActive(node: Pick<NodeRecord, 'lastConfirmationWindow'>, window: number, tau2: number): boolean {
  return Math.max(0, window - node.lastConfirmationWindow) <= 2 * tau2
}

/** How many of `nodes` are active: spec protocol 12.3, 12.5. */
export function activeNodeCount(
  nodes: Iterable<Pick<NodeRecord, 'lastConfirmationWindow'>>,
  window: number,
  tau2: number,
): number {
  let count = 0
  for (const node of nodes) if (isActive(node, window, tau2)) count++
  return count
}

/** chain_length of an active node, otherwise 0: spec protocol 8.3. */
export function weightOf(node: NodeRecord, window: number, tau2: number): number {
  return isActive(node, window, tau2) ? node.chainLength : 0
}

/** Σ weight over `nodes`; throws RangeError beyond 2^53 − 1. */
export function activeChainLength(nodes: Iterable<NodeRecord>, window: number, tau2: number): number {
  let sum = 0
  for (const node of nodes) sum += weightOf(node, window, tau2)
  if (!Number.isSafeInteger(sum)) throw new RangeError('active chain length exceeds 2^53 − 1')
  return sum
}

/** ⌈total · numerator / denominator⌉ in saturating u64 arithmetic: spec protocol 8.3. Throws RangeError beyond 2^53 − 1. */
export function quorum(total: number, numerator: number, denominator: number): number {
  const result = quorumU64(BigInt(total), BigInt(numerator), BigInt(denominator))
  if (result > BigInt(Number.MAX_SAFE_INTEGER)) throw new RangeError('quorum exceeds 2^53 − 1')
  return Number(result)
}

/** The same over the whole u64 range. */
export function quorumU64(total: bigint, numerator: bigint, denominator: bigint): bigint {
  return saturate(saturate(total * numerator) + denominator - 1n) / denominator
}

function saturate(value: bigint): bigint {
  return value > U64_MAX ? U64_MAX : value
}

/** From this many pending candidates per thousand active nodes on, the required work grows: spec protocol 12.3. */
const PRESSURE_PERMILLE = 10n

/**
 * Windows of sequential work that the next candidate must show: spec protocol 12.3. `pending` candidates wait, `active`
 * nodes are active. Exact, since no bound of u64 limits the product; what exceeds u64 no registration can reach.
 */
export function requiredVdf(pending: number, active: number, base: number): bigint {
  if (active === 0) return BigInt(base)
  const permille = (BigInt(pending) * 1000n) / BigInt(active)
  return permille > PRESSURE_PERMILLE ? (BigInt(base) * permille) / PRESSURE_PERMILLE : BigInt(base)
}

/** Candidates that one selection window admits: spec protocol 12.5. */
export function selectionSlots(activeNodes: number, divisor: number): number {
  return Math.max(1, Math.floor(activeNodes / divisor))
}

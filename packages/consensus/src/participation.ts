/** participation(w) in permille: weight of the confirmers of w over all active weight, spec protocol 3.2. */
export function participationPermille(window: number, confirmerWeight: number, activeWeight: number): number {
  if (window < 2) return 1000
  if (activeWeight === 0) return 0
  return Number((1000n * BigInt(confirmerWeight)) / BigInt(activeWeight))
}

export function addToHistogram(histogram: ReadonlyMap<number, number>, permille: number): Map<number, number> {
  return new Map(histogram).set(permille, (histogram.get(permille) ?? 0) + 1)
}

/** The element with index ⌊τ₂/2⌋, from 0, of the ascending list that the histogram stands for. */
export function medianPermille(histogram: ReadonlyMap<number, number>, tau2Windows: number): number {
  let remaining = Math.floor(tau2Windows / 2)
  const ascending = [...histogram].sort(([a], [b]) => a - b)
  for (const [permille, windows] of ascending) {
    if (remaining < windows) return permille
    remaining -= windows
  }
  return ascending.at(-1)?.[0] ?? 0
}

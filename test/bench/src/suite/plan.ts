import type { Bench } from '../bench.js'

/** How a bench takes part in a run of all. */
export interface Part {
  readonly name: string
  /** Rounds where nobody says otherwise: as many as leave the whole within a quarter of an hour on two cores. */
  readonly rounds: number
}

const ROUNDS: Readonly<Record<string, number>> = {
  clock: 15,
  node: 10,
  consensus: 5,
  transport: 5,
  mirror: 10,
  sync: 1,
}
const FEW = 5

/** A bench that hangs ends here and is a row that says so. */
export const LIMIT_MS = 10 * 60_000
/** The million accounts are made first, then joined. */
export const LONG_LIMIT_MS = 60 * 60_000

export function planOf(benches: readonly Bench[], rounds?: number): Part[] {
  return benches.map(({ name }) => ({ name, rounds: rounds ?? ROUNDS[name] ?? FEW }))
}

import { type Contender, sampleRates } from '../measure.js'

/** `window`: one window of a history; `step`: one hash of the clock. */
export type Unit = 'windows' | 'steps'

/** Which question the row answers. */
export type Group = 'replay' | 'state size' | 'proof'

export interface ConsensusRow {
  readonly group: Group
  readonly name: string
  readonly unit: Unit
  /** Median over the rounds. */
  readonly perSecond: number
  /** The slowest and the fastest round, for whoever doubts the median. */
  readonly slowest: number
  readonly fastest: number
  /** Rows of group `state size`: records of the account table besides those of the operators. */
  readonly accounts?: number
  /** Rows whose windows are also checked by their clock: steps per second. */
  readonly stepsPerSecond?: number
}

/** Measures contenders that belong together, round by round. */
export async function measureRows(
  group: Group,
  unit: Unit,
  contenders: readonly Contender[],
  options: { rounds: number; progress(line: string): void },
): Promise<ConsensusRow[]> {
  const rates = await sampleRates(contenders, options.rounds, options.progress)
  return contenders.map(({ name }, i) => {
    const sorted = (rates[i] ?? []).sort((a, b) => a - b)
    const at = (index: number) => sorted[index] ?? 0
    const [perSecond, slowest, fastest] = [at(sorted.length >> 1), at(0), at(sorted.length - 1)]
    return { group, name, unit, perSecond, slowest, fastest }
  })
}

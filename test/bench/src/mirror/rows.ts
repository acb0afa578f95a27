/** Which question a row answers. */
export type Group = 'hook' | 'no-op sync' | 'first push'

export interface MirrorRow {
  readonly group: Group
  readonly name: string
  readonly medianMs: number
  readonly fastestMs: number
  readonly slowestMs: number
  /** That fitted into the time of the group. */
  readonly rounds: number
}

/** One way to do the same. */
export interface Timed {
  readonly name: string
  /** Milliseconds of one go; preparation does not count. */
  run(signal: AbortSignal): Promise<number>
}

export interface Bounds {
  readonly rounds: number
  /** No round begins after this; one always runs. */
  readonly budgetMs: number
  /** Of a single go, which is then an error. */
  readonly goMs: number
  progress(line: string): void
}

/** Rounds go A B C A B C …, as many as fit, after one that is not counted where `warmUp` says so. */
export async function measureWithin(
  group: Group,
  contenders: readonly Timed[],
  bounds: Bounds,
  warmUp: boolean,
): Promise<MirrorRow[]> {
  const times = contenders.map((): number[] => [])
  const begun = performance.now()
  for (let round = warmUp ? 0 : 1; round <= bounds.rounds; round++) {
    if (round > 1 && performance.now() - begun > bounds.budgetMs) break
    for (const [i, contender] of contenders.entries()) {
      bounds.progress(`${group}, round ${round} of at most ${bounds.rounds}: ${contender.name}`)
      const ms = await contender.run(AbortSignal.timeout(bounds.goMs))
      if (round > 0) times[i]?.push(ms)
    }
  }
  return contenders.map(({ name }, i) => summarise(group, name, times[i] ?? []))
}

function summarise(group: Group, name: string, times: readonly number[]): MirrorRow {
  const sorted = [...times].sort((a, b) => a - b)
  const at = (index: number) => sorted[index] ?? 0
  const [medianMs, fastestMs, slowestMs] = [at(sorted.length >> 1), at(0), at(sorted.length - 1)]
  return { group, name, medianMs, fastestMs, slowestMs, rounds: sorted.length }
}

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now()
  await work()
  return performance.now() - begun
}

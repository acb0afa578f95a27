import type { Row } from './bench.js'

/** Something that does a known number of steps on demand. */
export interface Contender {
  readonly name: string
  /** Steps of one measurement; chosen so that it takes about 50 ms. */
  readonly steps: number
  /** Milliseconds for `steps` steps in all. */
  run(): Promise<number>
}

/**
 * Rounds go A B C A B C …: what the machine does at one moment hits everybody alike.
 * One unmeasured round first, so that code is compiled and clocks are up.
 */
export async function measure(
  contenders: readonly Contender[],
  rounds: number,
  progress: (line: string) => void,
): Promise<Row[]> {
  const rates = await sampleRates(contenders, rounds, progress)
  return contenders.map(({ name }, i) => summarise(name, rates[i] ?? []))
}

/** Steps per second of every contender in every round but the first. */
export async function sampleRates(
  contenders: readonly Contender[],
  rounds: number,
  progress: (line: string) => void,
): Promise<number[][]> {
  const rates = contenders.map((): number[] => [])
  for (let round = 0; round <= rounds; round++) {
    for (const [i, contender] of contenders.entries()) {
      progress(`round ${round} of ${rounds}: ${contender.name}`)
      const rate = (contender.steps * 1000) / (await contender.run())
      if (round > 0) rates[i]?.push(rate)
    }
  }
  return rates
}

function summarise(name: string, rates: number[]): Row {
  const sorted = rates.sort((a, b) => a - b)
  const at = (index: number) => Math.round(sorted[index] ?? 0)
  return { name, stepsPerSecond: at(sorted.length >> 1), slowest: at(0), fastest: at(sorted.length - 1) }
}

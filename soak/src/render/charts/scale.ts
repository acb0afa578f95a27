/** Maps a value of the domain to a length in px. */
export type Scale = (value: number) => number

export function linear(domain: readonly [number, number], range: readonly [number, number]): Scale {
  const [low, high] = domain
  const [start, end] = range
  const factor = high === low ? 0 : (end - start) / (high - low)
  return (value) => start + (value - low) * factor
}

export interface Ticks {
  readonly values: readonly number[]
  /** Digits after the point that tell neighbours apart. */
  readonly digits: number
}

/** Steps that people count in. */
const NICE = [1, 2, 5, 10] as const

function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough))
  return (NICE.find((step) => step * power >= rough * 0.999) ?? 10) * power
}

/** About `count` round values from at or below `low` to at or above `high`. */
export function niceTicks(low: number, high: number, count: number, leastStep = 0): Ticks {
  const step = Math.max(niceStep((high - low || Math.abs(high) || 1) / count), leastStep)
  const first = Math.floor(low / step + 1e-9)
  const last = Math.max(Math.ceil(high / step - 1e-9), first + 1)
  const values = Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step)
  return { values, digits: Math.max(0, -Math.floor(Math.log10(step) + 1e-9)) }
}

/** A length with one digit, enough for a screen. */
export function px(value: number): string {
  return String(Math.round(value * 10) / 10)
}

/** A straight line through points, with the bounds of its slope. */
export interface Slope {
  readonly perHour: number
  /** Of 95 % confidence, one on either side. */
  readonly low: number
  readonly high: number
  readonly hours: number
}

export interface Point {
  readonly hours: number
  readonly value: number
}

/** Two-sided 95 % of the normal distribution: there are hundreds of polls wherever a slope is judged. */
const Z_95 = 1.96
const LEAST_POINTS = 3

/** Least squares; the bounds are those of independent errors. Undefined for fewer than three points or no time. Pure. */
export function slopeOf(points: readonly Point[]): Slope | undefined {
  const n = points.length
  if (n < LEAST_POINTS) return undefined
  const meanX = points.reduce((sum, { hours }) => sum + hours, 0) / n
  const meanY = points.reduce((sum, { value }) => sum + value, 0) / n
  const sxx = points.reduce((sum, { hours }) => sum + (hours - meanX) ** 2, 0)
  if (sxx === 0) return undefined
  const perHour = points.reduce((sum, { hours, value }) => sum + (hours - meanX) * (value - meanY), 0) / sxx
  const residual = points.reduce((sum, { hours, value }) => sum + (value - meanY - perHour * (hours - meanX)) ** 2, 0)
  const error = Z_95 * Math.sqrt(residual / (n - 2) / sxx)
  const xs = points.map(({ hours }) => hours)
  return { perHour, low: perHour - error, high: perHour + error, hours: (xs.at(-1) ?? 0) - (xs[0] ?? 0) }
}

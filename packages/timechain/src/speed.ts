import { MAX_D, TARGET_WINDOW_SECONDS } from './constants.js'
import { isValidD } from './difficulty.js'
import { TimechainError } from './errors.js'

export interface SpeedVerdict {
  /** What a window of D takes here. */
  readonly windowSeconds: number
  /** The host cannot grind a window in the time in which the network closes one. */
  readonly isTooSlow: boolean
  /** windowSeconds ÷ period: above 1 is too slow. */
  readonly factor: number
  /** One sentence for people, with the remedy where there is something to remedy. */
  readonly sentence: string
}

/**
 * Judges a host against the network's D and the period of its windows, observed or configured; without one against the
 * 60 s of production (spec protocol 3.1). Throws TIMECHAIN_BAD_D outside the band.
 */
export function assessSpeed(stepsPerSecond: number, d: number, periodSeconds?: number): SpeedVerdict {
  if (!isValidD(d)) throw new TimechainError('TIMECHAIN_BAD_D', `d is ${d}, not in 1…2^32−1`)
  const windowSeconds = d / stepsPerSecond
  const factor = windowSeconds / (periodSeconds ?? TARGET_WINDOW_SECONDS)
  return { windowSeconds, isTooSlow: factor > 1, factor, sentence: sentenceOf(windowSeconds, factor, periodSeconds) }
}

/** The D whose windows take `seconds` on a host of this speed, within the band. */
export function dForSeconds(stepsPerSecond: number, seconds: number): number {
  return Math.min(MAX_D, Math.max(1, Math.floor(stepsPerSecond * seconds)))
}

function sentenceOf(windowSeconds: number, factor: number, periodSeconds?: number): string {
  const pace =
    periodSeconds === undefined
      ? `a window is meant to take ${seconds(TARGET_WINDOW_SECONDS)}`
      : `the network closes one every ${seconds(periodSeconds)}`
  const facts = `this host needs ${seconds(windowSeconds)} for a window, and ${pace}`
  if (factor <= 1) return `fast enough: ${facts}`
  const remedy = 'use a faster or less loaded core with SHA instructions, or follow as an observer that verifies proofs'
  return `too slow by a factor of ${factor.toFixed(2)}: ${facts}; ${remedy}`
}

function seconds(value: number): string {
  return `${value >= 10 ? value.toFixed(1) : value.toPrecision(2)} s`
}

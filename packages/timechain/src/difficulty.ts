import { MAX_D } from './constants.js'

/** The genesis parameters that adaptation reads: spec protocol 4.1. Percent for the dead zone. */
export interface AdaptationParams {
  readonly dRateNum: number
  readonly dRateDen: number
  readonly deadZoneLow: number
  readonly deadZoneHigh: number
}

/** Participation is per mille, the dead zone per cent. */
const PERMILLE_PER_PERCENT = 10

export function isValidD(d: number): boolean {
  return Number.isInteger(d) && d >= 1 && d <= MAX_D
}

/**
 * D of the next epoch from this one's and the median participation in per mille: spec protocol 3.2.
 * A result outside the band leaves D as it is.
 */
export function nextD(d: number, participation: number, params: AdaptationParams): number {
  const { dRateNum, dRateDen, deadZoneLow, deadZoneHigh } = params
  if (participation >= deadZoneHigh * PERMILLE_PER_PERCENT) return scaled(d, dRateDen + dRateNum, dRateDen)
  if (participation <= deadZoneLow * PERMILLE_PER_PERCENT) return scaled(d, dRateDen - dRateNum, dRateDen)
  return d
}

function scaled(d: number, numerator: number, denominator: number): number {
  const result = Number((BigInt(d) * BigInt(numerator)) / BigInt(denominator))
  return isValidD(result) ? result : d
}

import type { VectorCase } from './types.js'

export interface Skip {
  readonly group: string
  readonly reason: string
}

/** Areas whose rules this build does not have, or that no node speaks. */
const AREAS: Readonly<Record<string, string>> = {
  ibt: 'tunnel proofs are on no wire of this node, optional',
  'store-and-forward': 'message storage is on no wire of this node, optional',
  'uniform-framing': 'frames of one size are on no wire of this node, optional',
}

/** Single cases of areas that are otherwise run; told by name because their input is like that of others. */
const CASES: ReadonlyArray<readonly [area: string, prefix: string, reason: string]> = [
  ['payload', 'reachability_advert', 'reachability adverts are on no wire of this node, optional'],
  ['net', 'ibt_', 'tunnel proofs are on no wire of this node, optional'],
  ['identity', 'history_key', 'a messenger key, optional'],
]

/** Why a case is not run; `undefined` for all others. */
export function skipOf({ area, name }: VectorCase): Skip | undefined {
  const whole = AREAS[area]
  if (whole !== undefined) return { group: `area ${area}`, reason: whole }
  const single = CASES.find(([ofArea, prefix]) => ofArea === area && name.startsWith(prefix))
  return single && { group: `${area}/${single[1]}*`, reason: single[2] }
}

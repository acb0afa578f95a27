import { BOUNDS } from './bounds.js'
import type { Rule, Violation } from './types.js'

/** Behind every window in every store stands its certificate, with 67 % of the weight; and each store proves itself. */
export const evidence: Rule = ({ stored, storeFaults }) => [
  ...storeFaults.map((message): Violation => ({ rule: 'evidence', message })),
  ...stored.flatMap(({ label, window, weight, active }): Violation[] => {
    if (window === 0 || (weight !== undefined && active !== undefined && isQuorum(weight, active))) return []
    const found = weight === undefined ? 'has no valid certificate' : `is signed by ${weight} of ${active}`
    return [{ rule: 'evidence', message: `${label}/${window} ${found}` }]
  }),
]

function isQuorum(weight: number, active: number): boolean {
  return active > 0 && weight * 100 >= active * BOUNDS.quorumPercent
}

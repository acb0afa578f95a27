import { REMEDIES } from './remedies.js'
import { reachableOf, spanOf } from './spans.js'
import type { RawFinding, Rule } from './types.js'

const CLAIMS_ACTIVITY = /\bactive\b/i
const ACTIVE = 'Active'

/** F-PHASE: a claim says "active" while a node is in another phase. */
export const phaseRule: Rule = ({ data }) => {
  const claim = data.run.claims.find(({ state, claim }) => state === 'claimed' && CLAIMS_ACTIVITY.test(claim))
  if (!claim) return []
  return data.nodes.flatMap(({ label, samples }): RawFinding[] => {
    const known = reachableOf(samples).filter(({ phase }) => phase !== null)
    const others = known.filter(({ phase }) => phase !== ACTIVE)
    const last = others.at(-1)
    if (!last) return []
    return [
      {
        ...{ id: 'F-PHASE', severity: 'warning', node: label, peer: null },
        ...spanOf(data, others),
        ...{ value: last.phase, threshold: ACTIVE },
        text: `"${claim.claim}" is claimed of ${claim.component}, and the node is no member: it only follows`,
        remedy: REMEDIES['F-PHASE'].claim,
      },
    ]
  })
}

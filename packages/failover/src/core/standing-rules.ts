import type { CoreSettings } from './api.js'
import type { Standing } from './types.js'

/** What decides about standing besides who answers. */
export interface StandingRules {
  readonly hasWitnesses: boolean
  readonly isQuorumAlways: boolean
  /** `withoutWitnesses: lead`: with no witness configured everybody has standing. Unsafe, row 13 of section 8. */
  readonly mayLeadAlone: boolean
}

export function standingRules({ witnesses, coordinator }: CoreSettings): StandingRules {
  const isChain = coordinator.kind === 'chain'
  return {
    hasWitnesses: witnesses.length > 0,
    isQuorumAlways: isChain && coordinator.witnessQuorumFor === 'always',
    mayLeadAlone: isChain && coordinator.withoutWitnesses === 'lead',
  }
}

/** More than half of the configured hosts, self included. */
export function isMajority(visible: number, configured: number): boolean {
  return visible * 2 > configured
}

/** The right to act without a coordinator. Spec 4, Standing; 6.1. */
export function standingOf(rules: StandingRules, hasMajority: boolean, hasAnswers: boolean): Standing {
  const hasQuorum = rules.hasWitnesses ? hasAnswers : rules.mayLeadAlone
  if (hasMajority && (hasQuorum || !rules.isQuorumAlways)) return 'majority'
  return hasQuorum ? 'minority' : 'none'
}

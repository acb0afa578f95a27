import { bounds } from '../config/bounds/bounds.js'
import type { Bound } from '../config/bounds/types.js'
import type { GroupConfig } from '../config/types.js'
import type { PolicyCoordinator } from './types.js'

/**
 * The embedded coordinator: nobody is asked, the decision core elects by chain, standing and witnesses (rules D5 and D6).
 * All that is left of the interface is the bound. Spec three-mirror 6.1.
 */
export function chainCoordinator(config: GroupConfig, policy: string): Pick<PolicyCoordinator, 'bound'> {
  return { bound: () => failoverBound(config, policy) }
}

/** Throws RangeError for a policy that is not configured. */
export function failoverBound(config: GroupConfig, policy: string): Bound {
  const found = bounds(config).policies[policy]
  if (found === undefined) throw new RangeError(`no policy ${policy}`)
  return found.failover
}

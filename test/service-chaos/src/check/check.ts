import { claim } from './claim.js'
import { epoch } from './epoch.js'
import { overlap } from './overlap.js'
import { fence, lost, twice } from './sink.js'
import type { Rule, RuleName, Trace, Violation } from './types.js'

const CHECKS: Readonly<Record<RuleName, Rule>> = { epoch, overlap, fence, claim, lost, twice }

/** What is wrong with a trace, by every rule. Pure. */
export function check(trace: Trace): Violation[] {
  return Object.values(CHECKS).flatMap((rule) => rule(trace))
}

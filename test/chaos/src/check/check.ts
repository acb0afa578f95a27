import type { History } from '../history/types.js'
import type { Kind } from '../plan/types.js'
import { agreement } from './agreement.js'
import { tooLittle } from './amount.js'
import { convergence } from './convergence.js'
import { durability } from './durability.js'
import { exit, halt } from './endings.js'
import { evidence } from './evidence.js'
import { order } from './order.js'
import { quorum } from './quorum.js'
import { healing, ready } from './recovery.js'
import type { Rule, RuleName, Violation } from './types.js'

const CHECKS: Readonly<Record<RuleName, Rule>> = {
  agreement,
  durability,
  evidence,
  order,
  quorum,
  ready,
  healing,
  convergence,
  exit,
  halt,
}

export interface Judgement {
  /** `VOID`: nothing is wrong, and too little was done to mean anything. */
  readonly verdict: 'PASS' | 'FAIL' | 'VOID'
  readonly violations: readonly Violation[]
  readonly tooLittle: readonly string[]
}

/** Judges a history by every rule. `planned`: the kind of each fault of the plan. Pure. */
export function judge(history: History, planned: readonly Kind[]): Judgement {
  const violations = Object.values(CHECKS).flatMap((rule) => rule(history))
  const lacks = tooLittle(history, planned)
  const verdict = violations.length > 0 ? 'FAIL' : lacks.length > 0 ? 'VOID' : 'PASS'
  return { verdict, violations, tooLittle: lacks }
}

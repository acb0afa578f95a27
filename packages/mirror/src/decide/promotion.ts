import type { Role } from '../contracts/config.js'
import type { Precondition, Progress, StepPlan } from './steps.js'

export type PromotionStep = 'claim' | 'epoch' | 'workflows' | 'role' | 'gates' | 'proof' | 'marker' | 'activate'
export type PromotionUndo = 'restore-marker' | 'gates-inert' | 'role-replica' | 'workflows-off' | 'release'
export type PromotionProgress = Progress<PromotionStep, PromotionUndo>

/**
 * Spec repository-mirror 11.1, steps 2 to 7. The claim comes before everything that could let this repository act, the
 * role before the gates, the proof before the fence lets it act. A claim that is lost has nothing to be taken back.
 */
export const PROMOTION: StepPlan<PromotionStep, PromotionUndo> = {
  steps: [
    { name: 'claim', undo: [] },
    { name: 'epoch', undo: ['release'] },
    { name: 'workflows', undo: ['workflows-off'] },
    { name: 'role', undo: ['role-replica'] },
    { name: 'gates', undo: ['gates-inert'] },
    { name: 'proof', undo: [] },
    { name: 'marker', undo: ['restore-marker'] },
    { name: 'activate', undo: [] },
  ],
  pointOfNoReturn: 'activate',
}

export interface PromotionFacts {
  /** The sentinel's decision or an operator's reason; null: neither. */
  readonly cause: string | null
  readonly isPromotable: boolean
  readonly role: Role | null
  /** Gates that do not have their inert value, by name. */
  readonly liveGates: readonly string[]
  readonly missingSecrets: readonly string[]
  readonly unguardedWorkflows: readonly string[]
  /** Of the default branch. */
  readonly tip: string | null
  readonly replicatedTip: string | null
  /** Fence and variables were written with it for a test, or why not. */
  readonly credentialProblem: string | null
}

/** Step 1. A tip that differs is stated, not refused: what the primary had not pushed is lost either way. */
export function promotionPreconditions(facts: PromotionFacts): Precondition[] {
  return [
    condition('cause', facts.cause !== null, facts.cause ?? 'neither the sentinel nor an operator asks for it'),
    condition('promotable', facts.isPromotable, facts.isPromotable ? 'github replica' : 'NOT_PROMOTABLE: code only'),
    condition('role', facts.role === 'SLAVE', `the role is ${facts.role ?? 'not set'}`),
    none('gates', facts.liveGates, 'all gates are inert', 'live'),
    none('secrets', facts.missingSecrets, 'all required secrets are there', 'missing'),
    none('workflows', facts.unguardedWorkflows, 'all workflows are guarded', 'unguarded'),
    condition('credential', facts.credentialProblem === null, facts.credentialProblem ?? 'it may write'),
    condition('code', facts.tip !== null, codeState(facts)),
  ]
}

function codeState({ tip, replicatedTip }: PromotionFacts): string {
  if (tip === null) return 'the default branch has no commit'
  if (replicatedTip === null) return `at ${tip}; what was replicated last is not known`
  return tip === replicatedTip ? `at ${tip}, as replicated` : `at ${tip}, but ${replicatedTip} was replicated last`
}

function none(name: string, items: readonly string[], fine: string, word: string): Precondition {
  return condition(name, items.length === 0, items.length === 0 ? fine : `${word}: ${items.join(', ')}`)
}

function condition(name: string, met: boolean, why: string): Precondition {
  return { name, met, why }
}

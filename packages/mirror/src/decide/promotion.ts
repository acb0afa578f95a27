import type { Role } from '../contracts/config.js'
import type { FenceEntry } from '../contracts/fence.js'
import { mayActIn } from './fence-records.js'
import { roleWords } from './role-words.js'
import { abandon, nextStep, type Precondition, type Progress, type StepPlan } from './steps.js'

export type PromotionStep = 'claim' | 'epoch' | 'workflows' | 'role' | 'gates' | 'proof' | 'marker' | 'activate'
export type PromotionUndo = 'restore-marker' | 'gates-inert' | 'role-replica' | 'workflows-off' | 'release'
export type PromotionProgress = Progress<PromotionStep, PromotionUndo>

/**
 * Spec repository-mirror 11.1, steps 2 to 7. The claim comes before everything that could let this repository act, the
 * role before the gates, the proof before the fence lets it act. A claim may have been made although nobody heard of it.
 */
export const PROMOTION: StepPlan<PromotionStep, PromotionUndo> = {
  steps: [
    { name: 'claim', undo: ['release'] },
    { name: 'epoch', undo: [] },
    { name: 'workflows', undo: ['workflows-off'] },
    { name: 'role', undo: ['role-replica'] },
    { name: 'gates', undo: ['gates-inert'] },
    { name: 'proof', undo: [] },
    { name: 'marker', undo: ['restore-marker'] },
    { name: 'activate', undo: [] },
  ],
  pointOfNoReturn: 'activate',
}

/** What a promotion that is taken up again finds at the fence. */
export interface FoundFence {
  readonly self: string
  readonly entry: FenceEntry
  /** Commit of the record on which the decision fell; null: not known. */
  readonly decidedOn: string | null
  readonly nowMs: number
}

/**
 * A promotion as the fence has it, for whoever takes it up again. A claim may only be made over the record on which the
 * decision fell, never over one that was read again: the holder before may have renewed. An activation that the fence
 * knows of is done, whatever was kept of it. What somebody else has overtaken is turned round. Spec repository-mirror 9.2, 11.1.
 */
export function settlePromotion(progress: PromotionProgress, found: FoundFence): PromotionProgress {
  const { self, entry, decidedOn, nowMs } = found
  const { holder, state } = entry.record
  const isActing = holder === self && mayActIn(entry.record)
  if (isActing && isAtActivation(progress)) {
    return { ...progress, done: [...progress.done, 'activate'], begun: null, failed: null, movedMs: nowMs }
  }
  const isClaimed = holder === self && state === 'promoting'
  const isClaimable = !progress.done.includes('claim') && entry.commit === decidedOn
  return isClaimed || isClaimable ? progress : abandon(PROMOTION, progress, nowMs)
}

/** Also when the answer of the fence was lost, as long as nothing was taken back. */
function isAtActivation(progress: PromotionProgress): boolean {
  const next = nextStep(PROMOTION, { ...progress, failed: null })
  const isForward = progress.failed === null || (progress.failed === 'activate' && progress.undone.length === 0)
  return isForward && next.kind === 'do' && next.step === 'activate'
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
    condition('role', facts.role === 'SLAVE', `it is ${roleWords(facts.role)}`),
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

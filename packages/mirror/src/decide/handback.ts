import type { Role } from '../contracts/config.js'
import type { FenceRecord } from '../contracts/fence.js'
import type { Precondition, Progress, StepPlan } from './steps.js'

export type HandbackStep =
  | 'plan'
  | 'drain'
  | 'replica-inert'
  | 'runs-ended'
  | 'permit-over'
  | 'preserve'
  | 'merge'
  | 'claim'
  | 'epoch'
  | 'role'
  | 'gates'
  | 'workflows'
  | 'marker'
  | 'verify'
export type HandbackUndo = 'undrain' | 're-arm'
export type HandbackProgress = Progress<HandbackStep, HandbackUndo>

/**
 * Spec repository-mirror 11.3. Before the claim: the temporary primary goes on (the record first, so that a replica is
 * not armed again once somebody else was faster). What was preserved and merged stays: it only adds. After the claim:
 * completed, by the next run of the primary if need be.
 */
export const HANDBACK: StepPlan<HandbackStep, HandbackUndo> = {
  steps: [
    { name: 'plan', undo: [] },
    { name: 'drain', undo: ['undrain', 're-arm'] },
    { name: 'replica-inert', undo: [] },
    { name: 'runs-ended', undo: [] },
    { name: 'permit-over', undo: [] },
    { name: 'preserve', undo: [] },
    { name: 'merge', undo: [] },
    { name: 'claim', undo: [] },
    { name: 'epoch', undo: [] },
    { name: 'role', undo: [] },
    { name: 'gates', undo: [] },
    { name: 'workflows', undo: [] },
    { name: 'marker', undo: [] },
    { name: 'verify', undo: [] },
  ],
  pointOfNoReturn: 'claim',
}

/** `begin`: nothing was done yet. `go-on`: only where a try of this side is under way. */
export type HandbackDue = 'no' | 'begin' | 'go-on'

/** What the guard of a primary does about a hand-back, by the record alone. */
export function handbackDue(
  { holder, state, role: acting }: FenceRecord,
  self: string,
  own: { readonly role: Role | null; readonly onRecovery: HandbackFacts['onRecovery'] },
): HandbackDue {
  if (own.role !== 'MASTER') return 'no'
  if (holder === self) return state === 'active' && acting === 'MASTER' ? 'go-on' : 'no'
  if (state === 'draining') return 'go-on'
  return state === 'handback-ready' && own.onRecovery !== 'manual' ? 'begin' : 'no'
}

export interface HandbackFacts {
  readonly record: FenceRecord | null
  readonly self: string
  readonly onRecovery: 'merge' | 'rescue' | 'manual'
  /** An operator asks for it now, whatever `onRecovery` says. */
  readonly isAsked: boolean
  /** Files that cannot be merged. */
  readonly conflicts: readonly string[]
  readonly credentialProblem: string | null
}

export function handbackPreconditions(facts: HandbackFacts): Precondition[] {
  const { record, self, onRecovery, isAsked, conflicts, credentialProblem } = facts
  const isReady = record?.state === 'handback-ready' && record.holder !== self
  const isWanted = onRecovery !== 'manual' || isAsked
  const isClear = conflicts.length === 0 || onRecovery === 'rescue'
  return [
    { name: 'record', met: isReady, why: record ? `${record.holder}: ${record.state}` : 'the fence has no record' },
    {
      name: 'recovery',
      met: isWanted,
      why: isAsked ? 'an operator asks for it' : `MIRROR_ON_RECOVERY is ${onRecovery}`,
    },
    { name: 'merge', met: isClear, why: isClear ? 'no conflict' : `HANDBACK_CONFLICT: ${conflicts.join(', ')}` },
    { name: 'credential', met: credentialProblem === null, why: credentialProblem ?? 'it may write both sides' },
  ]
}

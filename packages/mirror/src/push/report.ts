import type { PushPlan, RefOutcome, RefResult, RefUpdate, Tips } from '../contracts/push.js'
import type { Outcomes, Refused } from './outcomes.js'
import type { Divergence } from './relations.js'

export interface ReportInput {
  /** Tips of the target before and after. */
  readonly first: Tips
  readonly last: Tips
  /** Made from `last`. */
  readonly plan: PushPlan
  readonly outcomes: Outcomes
  readonly divergences: ReadonlyMap<string, Divergence>
}

const DONE: Readonly<Record<RefUpdate['kind'], RefOutcome>> = {
  create: 'created',
  'fast-forward': 'fast-forwarded',
  overwrite: 'overwritten',
  rescue: 'rescued',
}
const KEEPS_MOVING: Refused = {
  code: 'READBACK_MISMATCH',
  message: 'after each push the target showed another tip than the one that was pushed',
}

/** One result a ref, in the order of their names. */
export function reportRefs(input: ReportInput): readonly RefResult[] {
  const { plan, outcomes, divergences } = input
  const results = [
    ...plan.equal.map((ref) => equalOrMoved(input, ref)),
    ...plan.diverged.map(({ ref }) => ({ ...blank(input, ref, 'diverged'), ...divergences.get(ref) })),
    ...plan.extra.map((ref) => blank(input, ref, 'extra')),
    ...plan.updates.map(({ ref }) => refusedResult(input, ref, KEEPS_MOVING)),
    ...[...outcomes.refused].map(([ref, refused]) => refusedResult(input, ref, refused)),
  ]
  return results.sort((a, b) => (a.ref < b.ref ? -1 : 1))
}

function equalOrMoved(input: ReportInput, ref: string): RefResult {
  const moved = input.outcomes.moved.get(ref)
  if (moved === undefined) return blank(input, ref, 'equal')
  return { ...blank(input, ref, DONE[moved.kind]), rescueRef: moved.rescueRef }
}

function refusedResult(input: ReportInput, ref: string, { code, message }: Refused): RefResult {
  return { ...blank(input, ref, code === 'REF_HIDDEN' ? 'hidden' : 'rejected'), code, message }
}

function blank({ first, last }: ReportInput, ref: string, outcome: RefOutcome): RefResult {
  const nothing = { rescueRef: null, ahead: null, behind: null, foreignAuthor: null, message: null }
  return { ref, outcome, before: first.get(ref) ?? null, after: last.get(ref) ?? null, ...nothing }
}

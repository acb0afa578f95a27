import type { FenceRecord } from '../contracts/fence.js'
import { formatDuration } from './durations.js'
import type { HandbackRefPlan } from './handback-plan.js'
import { permitWaitMs, type StopFacts, waitText } from './last-permit.js'
import type { Precondition, Progress, StepPlan } from './steps.js'
import { CLOCK_REMEDY, type TakerClock } from './taker-clock.js'

export type SwitchStep = 'sync' | 'release' | 'runs-ended' | 'permit-over' | 'tips' | 'promotion'
export type SwitchUndo = 'reclaim'
export type SwitchProgress = Progress<SwitchStep, SwitchUndo>

/**
 * A planned switch, spec repository-mirror 11.2: what is queued goes over while the primary acts, then it stops, its
 * last permit runs out, and only what is equal on both sides is promoted. Until the promotion is through, the primary takes the next epoch back.
 */
export const SWITCH: StepPlan<SwitchStep, SwitchUndo> = {
  steps: [
    { name: 'sync', undo: [] },
    { name: 'release', undo: ['reclaim'] },
    { name: 'runs-ended', undo: [] },
    { name: 'permit-over', undo: [] },
    { name: 'tips', undo: [] },
    { name: 'promotion', undo: [] },
  ],
  pointOfNoReturn: 'promotion',
}

/** Of a switch that was broken off when its promotion had begun. */
export function atPromotion(nowMs: number): SwitchProgress {
  return {
    done: ['sync', 'release', 'runs-ended', 'permit-over', 'tips'],
    begun: 'promotion',
    failed: null,
    undone: [],
    movedMs: nowMs,
  }
}

/** A switch that was broken off leaves a record that its holder has released: it goes on from there. */
export function plannedConditions(
  record: FenceRecord,
  self: string,
  refs: readonly HandbackRefPlan[],
): readonly Precondition[] {
  const isHolder = record.holder === self && record.role === 'MASTER'
  const isStill = record.state === 'active' || record.state === 'released'
  const foreign = foreignWork(refs)
  return [
    { name: 'holder', met: isHolder && isStill, why: holderWords(record, self) },
    unpaused(record),
    {
      name: 'history',
      met: foreign.length === 0,
      why: foreign.length === 0 ? 'the replica has no work of its own' : `own work on ${foreign.join(', ')}`,
    },
  ]
}

function holderWords({ holder, epoch, state }: FenceRecord, self: string): string {
  return `${holder === self ? 'this primary' : 'another repository'} holds epoch ${epoch} (${state})`
}

/** Never in the way of the beginning: the wait comes after the release. */
export function waitCondition(record: FenceRecord, facts: StopFacts): Precondition {
  const waitMs = permitWaitMs(record, facts)
  const from = record.state === 'released' ? 'from now' : 'from the release'
  const wait = `the last permit is waited for: ${waitText(waitMs)} ${from}`
  return { name: 'permit', met: true, why: waitMs === 0 ? 'nobody holds a permit any more' : wait }
}

/** Before anybody is stopped, and before a last permit is taken for over. */
export function clockCondition(clock: TakerClock): Precondition {
  if ('wrong' in clock) return { name: 'clock', met: false, why: `${clock.wrong}: ${CLOCK_REMEDY}` }
  const { finding } = clock.ok
  return { name: 'clock', met: true, why: finding?.message ?? 'it agrees with that of the provider' }
}

/** Refs on which the replica has what the primary has not; a ref that only the replica has is kept and no obstacle. */
export function foreignWork(refs: readonly HandbackRefPlan[]): string[] {
  const fine = new Set<HandbackRefPlan['action']>(['none', 'create-on-primary', 'create-on-replica', 'forward-replica'])
  return refs.filter(({ action }) => !fine.has(action)).map(({ ref }) => ref)
}

export interface SilenceFacts {
  /** For how long the sentinel, by its own clock, had seen the record as it is now; null: it never did. */
  readonly ageMs: number | null
  readonly stalenessMs: number
  readonly isForced: boolean
}

/** While the record is young, the primary may act: only a person who says so by name goes on. Spec 11.2. */
export function silenceConditions(record: FenceRecord, facts: SilenceFacts): readonly Precondition[] {
  const { ageMs, stalenessMs, isForced } = facts
  const isStale = ageMs !== null && ageMs >= stalenessMs
  const seen = ageMs === null ? 'the sentinel has not seen this record' : `seen unchanged for ${formatDuration(ageMs)}`
  const needed = isStale ? '' : `; stale after ${formatDuration(stalenessMs)}`
  return [
    { name: 'silence', met: isStale || isForced, why: `${seen}${needed}${isForced && !isStale ? '; forced' : ''}` },
    unpaused(record),
  ]
}

function unpaused({ paused }: FenceRecord): Precondition {
  return { name: 'pause', met: !paused, why: paused ? 'a reset isolates the mirrors' : 'the mirrors are not paused' }
}

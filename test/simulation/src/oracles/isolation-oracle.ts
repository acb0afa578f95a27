import { type EngineState, headOf, type StepResult } from '@montana/consensus'
import type { UndatedEvent } from '../node/inbox.js'
import type { Violation } from './oracle.js'

/** Invariant 13: an event whose only answer is a rejection leaves tables, context, clock and journal as they were. */
export function isolationProblem(before: EngineState, event: UndatedEvent, result: StepResult): Violation | undefined {
  const { state, effects } = result
  if (!effects.some(({ type }) => type === 'rejected')) return undefined
  const isUntouched = state.chain === before.chain && state.clockValue === before.clockValue
  const isQuiet = !effects.some(({ type }) => type === 'commit' || type === 'journal')
  if (isUntouched && isQuiet) return undefined
  return {
    invariant: 13,
    name: 'Isolation',
    window: headOf(before) + 1,
    detail: `a rejected ${event.type} left traces`,
  }
}

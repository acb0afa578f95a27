import { errorCode, errorMessage, isAbort } from '@montana/foundation'
import { advance, isBeyondReturn, nextStep, type Progress, type Report, type StepPlan } from '../decide/steps.js'
import { NotYet } from './not-yet.js'

export interface StepRecord {
  readonly kind: 'do' | 'undo'
  readonly step: string
  readonly outcome: 'ok' | 'failed'
  readonly code: string | null
  readonly message: string | null
}

/** What each step does. Every one is asked to be repeatable: it may have had its effect already, wholly or in part. */
export interface Effects<S extends string, U extends string> {
  readonly do: Readonly<Record<S, (signal: AbortSignal) => Promise<void>>>
  readonly undo: Readonly<Record<U, (signal: AbortSignal) => Promise<void>>>
}

export interface TransactionInit<S extends string, U extends string> {
  readonly plan: StepPlan<S, U>
  readonly progress: Progress<S, U>
  readonly effects: Effects<S, U>
  /** Written before and after each step, so that whoever finds a half-done transaction knows where it stands. */
  readonly save: (progress: Progress<S, U>, signal: AbortSignal) => Promise<void>
  readonly onStep?: (record: StepRecord) => void
  readonly wallMs: () => number
}

export type TransactionEnd = { readonly kind: 'done' } | { readonly kind: 'undone'; readonly cause: StepRecord | null }

/**
 * Runs a transaction to its end: forwards to the last step, or back to where it began when one fails. Throws AbortError,
 * NotYet of a step that has to wait, and the error of a step that can be neither completed nor taken back now: the next run goes on from there. Spec 11.
 */
export async function runTransaction<S extends string, U extends string>(
  init: TransactionInit<S, U>,
  signal: AbortSignal,
): Promise<TransactionEnd> {
  let { progress } = init
  let cause: StepRecord | null = null
  const report = async (entry: Report<S, U>) => {
    progress = advance(init.plan, progress, entry, init.wallMs())
    await init.save(progress, signal)
  }
  for (;;) {
    signal.throwIfAborted()
    const next = nextStep(init.plan, progress)
    if (next.kind === 'done') return { kind: 'done' }
    if (next.kind === 'undone') return { kind: 'undone', cause }
    if (next.kind === 'do') {
      await report({ kind: 'do', step: next.step, outcome: 'begun' })
      const failure = await attempt(init, 'do', next.step, init.effects.do[next.step], signal)
      if (failure && isBeyondReturn(init.plan, progress)) throw failure.error
      cause ??= failure?.record ?? null
      await report({ kind: 'do', step: next.step, outcome: failure ? 'failed' : 'ok' })
    } else {
      const failure = await attempt(init, 'undo', next.step, init.effects.undo[next.step], signal)
      if (failure) throw failure.error
      await report({ kind: 'undo', step: next.step, outcome: 'ok' })
    }
  }
}

interface Failure {
  readonly record: StepRecord
  readonly error: unknown
}

/** Observers are told once the step is over: what they throw is no failure of it, but ends the run as a crash would. */
async function attempt(
  { onStep }: Pick<TransactionInit<string, string>, 'onStep'>,
  kind: 'do' | 'undo',
  step: string,
  effect: (signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<Failure | null> {
  const failure = await effect(signal).then(
    () => null,
    (error: unknown) => failureOf(kind, step, error, signal),
  )
  onStep?.(failure?.record ?? { kind, step, outcome: 'ok', code: null, message: null })
  return failure
}

/** Throws what ends the whole run. */
function failureOf(kind: 'do' | 'undo', step: string, error: unknown, signal: AbortSignal): Failure {
  if (isAbort(error) || signal.aborted || error instanceof NotYet) throw error
  const record: StepRecord = { kind, step, outcome: 'failed', code: errorCode(error), message: errorMessage(error) }
  return { record, error }
}

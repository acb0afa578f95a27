import { NO_PROGRESS_MS } from './fence-records.js'

/** One step of a transaction and what takes it back, in this order; each is repeated until it succeeds and may run twice. */
export interface StepPlan<S extends string, U extends string> {
  readonly steps: readonly { readonly name: S; readonly undo: readonly U[] }[]
  /** Once done, the transaction is completed and never undone; null: undone whatever failed. */
  readonly pointOfNoReturn: S | null
}

/** As kept in the audit table: whoever has it can go on. Spec repository-mirror 11. */
export interface Progress<S extends string, U extends string> {
  readonly done: readonly S[]
  /** Begun and not reported: it may have had its effect, wholly or in part. */
  readonly begun: S | null
  /** Step whose failure, or whose stand-still, turned the transaction round; null: it goes forward. */
  readonly failed: S | null
  readonly undone: readonly U[]
  /** Of the last report, by the clock of whoever wrote it. */
  readonly movedMs: number
}

export type Next<S extends string, U extends string> =
  | { readonly kind: 'do'; readonly step: S }
  | { readonly kind: 'undo'; readonly step: U }
  | { readonly kind: 'done' }
  | { readonly kind: 'undone' }

export type Report<S extends string, U extends string> =
  | { readonly kind: 'do'; readonly step: S; readonly outcome: 'begun' | 'ok' | 'failed' }
  | { readonly kind: 'undo'; readonly step: U; readonly outcome: 'ok' | 'failed' }

export function startProgress<S extends string, U extends string>(nowMs: number): Progress<S, U> {
  return { done: [], begun: null, failed: null, undone: [], movedMs: nowMs }
}

export function nextStep<S extends string, U extends string>(
  plan: StepPlan<S, U>,
  progress: Progress<S, U>,
): Next<S, U> {
  if (progress.failed !== null) return nextUndo(plan, progress)
  const next = plan.steps.find(({ name }) => !progress.done.includes(name))
  return next ? { kind: 'do', step: next.name } : { kind: 'done' }
}

/** Of the failed step, too: how far it came is not known. */
function nextUndo<S extends string, U extends string>(plan: StepPlan<S, U>, progress: Progress<S, U>): Next<S, U> {
  const touched = plan.steps.filter(({ name }) => progress.done.includes(name) || name === progress.failed)
  const undo = touched.reverse().flatMap((step) => step.undo)
  const next = undo.find((name) => !progress.undone.includes(name))
  return next === undefined ? { kind: 'undone' } : { kind: 'undo', step: next }
}

/** What became of a step. A report on any other step than the next one is a mistake of the caller (RangeError). */
export function advance<S extends string, U extends string>(
  plan: StepPlan<S, U>,
  progress: Progress<S, U>,
  report: Report<S, U>,
  nowMs: number,
): Progress<S, U> {
  const next = nextStep(plan, progress)
  const isNext = next.kind === report.kind && 'step' in next && next.step === report.step
  if (!isNext) throw new RangeError(`${report.step} is not the next step`)
  const moved = { ...progress, movedMs: nowMs }
  if (report.kind === 'undo') {
    return report.outcome === 'ok' ? { ...moved, undone: [...progress.undone, report.step] } : progress
  }
  if (report.outcome === 'begun') return { ...moved, begun: report.step }
  if (report.outcome === 'ok') return { ...moved, begun: null, done: [...progress.done, report.step] }
  return isBeyondReturn(plan, progress) ? progress : { ...moved, begun: null, failed: report.step }
}

/** For whoever finds a transaction that stands still: turns it round where that is allowed, else leaves it to be completed. */
export function abandon<S extends string, U extends string>(
  plan: StepPlan<S, U>,
  progress: Progress<S, U>,
  nowMs: number,
): Progress<S, U> {
  const next = nextStep(plan, progress)
  if (next.kind !== 'do' || isBeyondReturn(plan, progress)) return progress
  return { ...progress, begun: null, failed: next.step, movedMs: nowMs }
}

export function isBeyondReturn<S extends string, U extends string>(
  { pointOfNoReturn }: StepPlan<S, U>,
  { done }: Progress<S, U>,
): boolean {
  return pointOfNoReturn !== null && done.includes(pointOfNoReturn)
}

/** `idleMs`: since the observer, by its own clock, last saw the progress change. */
export function isStandingStill(idleMs: number): boolean {
  return idleMs >= NO_PROGRESS_MS
}

/** One condition of a transaction, as shown by a dry run. */
export interface Precondition {
  readonly name: string
  readonly met: boolean
  /** What was found; also when it is met. */
  readonly why: string
}

export function unmet(conditions: readonly Precondition[]): readonly Precondition[] {
  return conditions.filter(({ met }) => !met)
}

import type { ExecutedFault, History, NodeEvent } from '../history/types.js'
import { LABELS, type Label } from '../mesh/constants.js'
import type { Kind } from '../plan/types.js'
import { BOUNDS } from './bounds.js'
import { type Excuse, excusesOf } from './excuses.js'

/** How long one thing took after the faults. */
export interface Recovery {
  readonly what: 'ready' | 'healing'
  /** Of the step: what it recovered from. */
  readonly kinds: readonly Kind[]
  readonly label: Label
  /**
   * Since its bound began; of what came before that, since the process was started or the step was over. Undefined: it did
   * not come while it was waited for.
   */
  readonly ms: number | undefined
  /** So long it could have come, ms. */
  readonly waitedMs: number
  readonly isLate: boolean
}

/** From the start of each process but the first, or from the end of what can have slowed it, to ready. */
export function readinessOf(history: History): Recovery[] {
  return LABELS.flatMap((label) => {
    const events = history.events.filter((event) => event.label === label)
    const excuses = excusesOf(history, label)
    const reads = history.reads.filter((read) => read.label === label)
    return events.flatMap((event, index) => {
      const isFirst = !events.slice(0, index).some(({ type }) => type === 'spawn')
      if (event.type !== 'spawn' || isFirst) return []
      const untilMs = events[index + 1]?.atMs ?? history.endMs
      const ready = reads.find(({ startMs, endMs, isReady }) => isReady && startMs >= event.atMs && endMs <= untilMs)
      const fromMs = afterExcuses({ atMs: event.atMs, readyMs: ready?.endMs ?? untilMs }, excuses)
      // It ended again before the fault did: what counts is the start after that.
      if (untilMs <= fromMs) return []
      const kinds = kindsAt(history.faults, event)
      const times = { cameMs: ready?.endMs, beganMs: event.atMs, fromMs, untilMs, boundMs: BOUNDS.readyMs }
      // One that was ended again before its bound could not be late.
      const mustCome = untilMs - fromMs > BOUNDS.readyMs
      return [{ what: 'ready' as const, kinds, label, ...judged(times, mustCome) }]
    })
  })
}

interface Times {
  readonly cameMs: number | undefined
  readonly beganMs: number
  /** From here the bound counts. */
  readonly fromMs: number
  readonly untilMs: number
  readonly boundMs: number
}

export function judged({ cameMs, beganMs, fromMs, untilMs, boundMs }: Times, mustCome: boolean) {
  const waitedMs = Math.max(0, untilMs - fromMs)
  if (cameMs === undefined) return { ms: undefined, waitedMs, isLate: mustCome }
  return { ms: cameMs - (cameMs < fromMs ? beganMs : fromMs), waitedMs, isLate: cameMs > fromMs + boundMs }
}

/** A process is cut off while it starts as well as before: what begins in its bound and before it is ready counts. */
function afterExcuses(start: { readonly atMs: number; readonly readyMs: number }, excuses: readonly Excuse[]): number {
  const before = excuses.filter(({ startMs }) => startMs < start.readyMs)
  let fromMs = start.atMs
  for (;;) {
    const over = before.find(({ startMs, endMs }) => startMs <= fromMs + BOUNDS.readyMs && endMs > fromMs)
    if (!over) return fromMs
    fromMs = over.endMs
  }
}

/** Faults that this start belongs to: those of the last step that had begun. */
function kindsAt(faults: readonly ExecutedFault[], { atMs }: NodeEvent): Kind[] {
  const step = faults.findLast(({ startMs }) => startMs <= atMs)?.step
  return kindsOf(faults, step)
}

export function kindsOf(faults: readonly ExecutedFault[], step: number | undefined): Kind[] {
  return faults.filter((one) => one.step === step).map(({ fault }) => fault.kind)
}

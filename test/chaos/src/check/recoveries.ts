import type { ExecutedFault, Healing, History, NodeEvent, TimedRead } from '../history/types.js'
import { LABELS, type Label, QUORUM } from '../mesh/constants.js'
import type { Kind } from '../plan/types.js'
import { BOUNDS } from './bounds.js'
import { maxOf } from './max.js'

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

/** From the start of each process but the first, or from the end of the fault that it started into, to ready. */
export function readinessOf(history: History): Recovery[] {
  return LABELS.flatMap((label) => {
    const events = history.events.filter((event) => event.label === label)
    const reads = history.reads.filter((read) => read.label === label)
    return events.flatMap((event, index) => {
      const isFirst = !events.slice(0, index).some(({ type }) => type === 'spawn')
      if (event.type !== 'spawn' || isFirst) return []
      const fromMs = afterFaults(event.atMs, history.faults)
      const untilMs = events[index + 1]?.atMs ?? history.endMs
      // It ended again before the fault did: what counts is the start after that.
      if (untilMs <= fromMs) return []
      const kinds = kindsAt(history.faults, event)
      const ready = reads.find(({ startMs, endMs, isReady }) => isReady && startMs >= event.atMs && endMs <= untilMs)
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

function judged({ cameMs, beganMs, fromMs, untilMs, boundMs }: Times, mustCome: boolean) {
  const waitedMs = Math.max(0, untilMs - fromMs)
  if (cameMs === undefined) return { ms: undefined, waitedMs, isLate: mustCome }
  return { ms: cameMs - (cameMs < fromMs ? beganMs : fromMs), waitedMs, isLate: cameMs > fromMs + boundMs }
}

/** An upgrade waits for each node that it has started: that time is no fault to that node. */
function afterFaults(atMs: number, faults: readonly ExecutedFault[]): number {
  const others = faults.filter(({ fault }) => fault.kind !== 'upgrade')
  let fromMs = atMs
  for (;;) {
    const over = others.find(({ startMs, endMs }) => startMs <= fromMs && endMs > fromMs)
    if (!over) return fromMs
    fromMs = over.endMs
  }
}

/** Faults that this start belongs to: those of the last step that had begun. */
function kindsAt(faults: readonly ExecutedFault[], { atMs }: NodeEvent): Kind[] {
  const step = faults.findLast(({ startMs }) => startMs <= atMs)?.step
  return kindsOf(faults, step)
}

function kindsOf(faults: readonly ExecutedFault[], step: number | undefined): Kind[] {
  return faults.filter((one) => one.step === step).map(({ fault }) => fault.kind)
}

/** From the end of a step to a new window on each node; of one that the step ended, from when it was ready again. */
export function healingsOf(history: History): Recovery[] {
  return history.healings.filter(({ step }) => step >= 0).flatMap((healing) => newWindows(history, healing))
}

function newWindows(history: History, healing: Healing): Recovery[] {
  const { step, atMs, untilMs } = healing
  const head = maxOf(history.reads.filter(({ endMs }) => endMs <= atMs).map(({ window }) => window))
  const back = new Map(LABELS.map((label) => [label, readyAgain(history, label, healing)]))
  const quorumMs = quorumFrom([...back.values()], atMs)
  const boundMs = BOUNDS.healingWindows * history.windowMs
  return LABELS.map((label) => {
    const first = history.reads.find(
      (read) => read.label === label && read.startMs >= atMs && read.endMs <= untilMs && read.window > head,
    )
    const fromMs = Math.max(quorumMs, back.get(label) ?? atMs)
    const times = { cameMs: first?.endMs, beganMs: atMs, fromMs, untilMs, boundMs }
    return { what: 'healing' as const, kinds: kindsOf(history.faults, step), label, ...judged(times, true) }
  })
}

/** From when the mesh could cement: enough of them are back, or must have been. */
function quorumFrom(backMs: readonly number[], atMs: number): number {
  const enoughMs = [...backMs].sort((a, b) => a - b)[QUORUM - 1] ?? atMs
  return Math.min(enoughMs, atMs + BOUNDS.readyMs)
}

/** When a process that was started in this step, or dies after it, was ready again; of all others the end of the step. */
function readyAgain(history: History, label: Label, { step, atMs, untilMs }: Healing): number {
  const beganMs = Math.min(...history.faults.filter((one) => one.step === step).map(({ startMs }) => startMs))
  const mine = history.events.filter((event) => event.label === label && event.atMs >= beganMs && event.atMs <= untilMs)
  const spawnMs = mine.findLast(({ type }) => type === 'spawn')?.atMs
  if (spawnMs === undefined) return atMs
  return Math.max(atMs, readSince(history.reads, label, spawnMs, untilMs)?.endMs ?? untilMs)
}

function readSince(reads: readonly TimedRead[], label: Label, sinceMs: number, untilMs: number) {
  return reads.find((read) => {
    return read.label === label && read.isReady && read.startMs >= sinceMs && read.endMs <= untilMs
  })
}

import type { ExecutedFault, Healing, History, NodeEvent, TimedRead } from '../history/types.js'
import { LABELS, type Label } from '../mesh/constants.js'
import type { Kind } from '../plan/types.js'

/** How long one thing took after the faults; undefined: it did not come while it was waited for. */
export interface Recovery {
  readonly what: 'ready' | 'healing'
  /** Of the step: what it recovered from. */
  readonly kinds: readonly Kind[]
  readonly label: Label
  readonly ms: number | undefined
  /** So long it could have come, ms. */
  readonly waitedMs: number
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
      return [{ what: 'ready' as const, kinds, label, ...waitFor(reads, fromMs, event.atMs, untilMs) }]
    })
  })
}

function waitFor(reads: readonly TimedRead[], fromMs: number, spawnMs: number, untilMs: number) {
  const ready = reads.find(({ startMs, endMs, isReady }) => isReady && startMs >= spawnMs && endMs <= untilMs)
  return { ms: ready && Math.max(0, ready.endMs - fromMs), waitedMs: untilMs - fromMs }
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

/** From the end of a step, or from when the last process that it had ended was ready again, to a new window on each node. */
export function healingsOf(history: History): Recovery[] {
  return history.healings.filter(({ step }) => step >= 0).flatMap((healing) => newWindows(history, healing))
}

function newWindows(history: History, { step, atMs, untilMs }: Healing): Recovery[] {
  const head = Math.max(0, ...history.reads.filter(({ endMs }) => endMs <= atMs).map(({ window }) => window))
  const fromMs = Math.max(atMs, ...LABELS.map((label) => readyAgain(history, label, step, untilMs)))
  return LABELS.map((label) => {
    const reads = history.reads.filter((read) => read.label === label && read.startMs >= atMs && read.endMs <= untilMs)
    const first = reads.find(({ window }) => window > head)
    const ms = first && Math.max(0, first.endMs - fromMs)
    return { what: 'healing' as const, kinds: kindsOf(history.faults, step), label, ms, waitedMs: untilMs - fromMs }
  })
}

/** When a process that was started in this step, or dies after it, was ready; 0 where none was. */
function readyAgain(history: History, label: Label, step: number, untilMs: number): number {
  const beganMs = Math.min(...history.faults.filter((one) => one.step === step).map(({ startMs }) => startMs))
  const mine = history.events.filter((event) => event.label === label && event.atMs >= beganMs && event.atMs <= untilMs)
  const spawnMs = mine.findLast(({ type }) => type === 'spawn')?.atMs
  if (spawnMs === undefined) return 0
  const reads = history.reads.filter((read) => read.label === label && read.startMs >= spawnMs && read.endMs <= untilMs)
  return reads.find(({ isReady }) => isReady)?.endMs ?? untilMs
}

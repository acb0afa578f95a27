import type { History } from '../history/types.js'
import { LABELS } from '../mesh/constants.js'
import type { Kind } from '../plan/types.js'
import { LEAST } from './bounds.js'
import { maxOf } from './max.js'

export interface Amounts {
  readonly windows: number
  readonly faultsPlanned: number
  readonly faultsDone: number
  readonly reads: number
  readonly failedReads: number
}

export function amountsOf({ stored, faults, reads, failedReads }: History, planned: readonly Kind[]): Amounts {
  const faultsPlanned = planned.length
  const windows = maxOf(stored.map(({ window }) => window))
  const faultsDone = faults.filter(({ failure }) => failure === undefined).length
  return { windows, faultsPlanned, faultsDone, reads: reads.length, failedReads }
}

/** Why the run has shown nothing; empty where it did enough. */
export function tooLittle(history: History, planned: readonly Kind[]): string[] {
  const { windows, faultsPlanned, faultsDone } = amountsOf(history, planned)
  const seconds = (history.endMs - history.startMs) / 1_000
  const leastWindows = Math.max(LEAST.windows, Math.ceil((LEAST.windowShare * seconds * 1_000) / history.windowMs))
  const leastFaults = Math.max(LEAST.faults, Math.ceil(LEAST.faultShare * faultsPlanned))
  const leastReads = Math.ceil(LEAST.readsPerSecond * seconds)
  const quiet = LABELS.map((label) => ({ label, count: history.reads.filter((read) => read.label === label).length }))
  return [
    ...(windows < leastWindows ? [`${windows} windows cemented, at least ${leastWindows} are wanted`] : []),
    ...(faultsDone < leastFaults ? [`${faultsDone} faults done, at least ${leastFaults} are wanted`] : []),
    ...neverDone(history, planned).map((kind) => `${kind} was planned and never done`),
    ...quiet
      .filter(({ count }) => count < leastReads)
      .map(({ label, count }) => `${count} reads of ${label}, at least ${leastReads} are wanted`),
  ]
}

/** Each kind shows something else: the others do not stand for it. */
function neverDone({ faults }: History, planned: readonly Kind[]): Kind[] {
  const done = new Set(faults.filter(({ failure }) => failure === undefined).map(({ fault }) => fault.kind))
  return [...new Set(planned)].filter((kind) => !done.has(kind))
}

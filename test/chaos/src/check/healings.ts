import type { Healing, History, TimedRead } from '../history/types.js'
import { LABELS, type Label, QUORUM } from '../mesh/constants.js'
import { BOUNDS } from './bounds.js'
import { maxOf } from './max.js'
import { judged, kindsOf, type Recovery } from './recoveries.js'

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
  return Math.max(atMs, readyRead(history.reads, label, spawnMs, untilMs)?.endMs ?? untilMs)
}

/** The first that began after `sinceMs`, ended by `untilMs` and found it ready. */
export function readyRead(reads: readonly TimedRead[], label: Label, sinceMs: number, untilMs: number) {
  return reads.find((read) => {
    return read.label === label && read.isReady && read.startMs >= sinceMs && read.endMs <= untilMs
  })
}

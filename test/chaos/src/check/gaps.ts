import type { ExecutedFault, History, TimedRead } from '../history/types.js'
import { LABELS, type Label, QUORUM } from '../mesh/constants.js'
import { cutsOf } from '../plan/cuts.js'
import { isPartition, type Kind } from '../plan/types.js'
import { readyRead } from './healings.js'

/** How long those that could go on cemented nothing new. */
export interface Gap {
  readonly kind: Kind
  /** Longest time between two new windows less the time of one, in windows: 0 where they came as ever. */
  readonly windows: number
}

interface Span {
  readonly startMs: number
  readonly endMs: number
}

/** Reliability 11: of the side that has a quorum in a partition. None where no side has one, or another fault hits it. */
export function majorityGapsOf(history: History): Gap[] {
  const read = byEnd(history.reads)
  return history.faults.flatMap((one) => {
    const side = majorityOf(one)
    if (!side || isDisturbed(side, one, history.faults)) return []
    return [{ kind: one.fault.kind, windows: gapIn(one, side, read, history) }]
  })
}

/** Reliability 14: of the four others at each step of an upgrade, from when the node before is ready until it is itself. */
export function upgradeGapsOf(history: History): Gap[] {
  const read = byEnd(history.reads)
  const upgrades = history.faults.filter(({ fault, failure }) => fault.kind === 'upgrade' && failure === undefined)
  return upgrades.flatMap((upgrade) =>
    stepsOf(upgrade, history).map(({ label, ...span }) => {
      const others = LABELS.filter((other) => other !== label)
      return { kind: 'upgrade' as const, windows: gapIn(span, others, read, history) }
    }),
  )
}

/** Nodes relay nothing for each other: each of a side that goes on is linked with a quorum itself, which none of a ring is. */
function majorityOf({ fault, failure }: ExecutedFault): Label[] | undefined {
  if (!isPartition(fault.kind) || failure !== undefined) return undefined
  const cuts = cutsOf(fault)
  const isCut = (a: Label, b: Label) => cuts.some((cut) => cut.includes(a) && cut.includes(b))
  const linked = (label: Label) => LABELS.filter((other) => other === label || !isCut(label, other))
  const side = LABELS.filter((label) => linked(label).length >= QUORUM)
  return side.length >= QUORUM ? side : undefined
}

/** What another fault of the step does to that side is no gap of the partition. */
function isDisturbed(side: readonly Label[], one: ExecutedFault, faults: readonly ExecutedFault[]): boolean {
  const others = faults.filter((other) => other !== one && other.step === one.step)
  return others.some(({ fault }) => fault.targets.some((target) => side.includes(target)))
}

function stepsOf({ startMs, endMs }: Span, { events, reads }: History): ({ readonly label: Label } & Span)[] {
  const starts = events.filter(({ type, atMs }) => type === 'spawn' && atMs >= startMs && atMs <= endMs)
  let beganMs = startMs
  return starts.map(({ label, atMs }, index) => {
    const untilMs = starts[index + 1]?.atMs ?? endMs
    const step = { label, startMs: beganMs, endMs: readyRead(reads, label, atMs, untilMs)?.endMs ?? untilMs }
    beganMs = step.endMs
    return step
  })
}

/** Of every time between two new windows that reaches into the span, whole: also what lies before and behind it. */
function gapIn(span: Span, side: readonly Label[], read: readonly TimedRead[], history: History): number {
  const times = [history.startMs, ...cementings(read, side), history.endMs]
  const lengths = times.flatMap((toMs, index) => {
    const fromMs = times[index - 1]
    return fromMs === undefined || fromMs >= span.endMs || toMs <= span.startMs ? [] : [toMs - fromMs]
  })
  return Math.max(0, Math.max(...lengths) / history.windowMs - 1)
}

/** When the first of them reported a window that none of them had reported before, ascending. */
function cementings(read: readonly TimedRead[], side: readonly Label[]): number[] {
  let head = 0
  return read.flatMap(({ label, window, endMs }) => {
    if (window <= head || !side.includes(label)) return []
    head = window
    return [endMs]
  })
}

function byEnd(reads: readonly TimedRead[]): TimedRead[] {
  return [...reads].sort((a, b) => a.endMs - b.endMs)
}

import type { ClientWrite } from '../client/lines.js'
import type { Healing, ServiceHistory } from './history.js'
import type { ActingSpan } from './types.js'

/** What came after one step; ms from the end of its last fault, null: not while it was waited for. */
export interface Recovery {
  readonly step: number
  readonly kinds: readonly string[]
  /** From then on exactly one host acted for `serve`. */
  readonly leaderMs: number | null
  /** The first answer to a request that was sent after the faults. */
  readonly answerMs: number | null
  /** All five could serve again. */
  readonly wholeMs: number | null
  /** Longest time without an answer from the first fault of the step until nothing was waited for any more. */
  readonly outageMs: number
}

/** How the group came back after each step. Pure. */
export function recoveriesOf(history: ServiceHistory): Recovery[] {
  return history.healings.filter(({ step }) => step >= 0).map((healing) => recoveryOf(history, healing))
}

function recoveryOf(history: ServiceHistory, healing: Healing): Recovery {
  const { step, atMs, wholeMs, untilMs } = healing
  const faults = history.faults.filter((fault) => fault.step === step)
  const beganMs = Math.min(atMs, ...faults.map(({ startMs }) => startMs))
  const answered = history.writes.filter(({ isOk }) => isOk)
  const first = answered.find(({ sentMs, endMs }) => sentMs >= atMs && endMs <= untilMs)
  return {
    step,
    kinds: faults.map(({ kind }) => kind),
    leaderMs: leaderAfter(history, healing),
    answerMs: first === undefined ? null : first.endMs - atMs,
    wholeMs: wholeMs === null ? null : wholeMs - atMs,
    outageMs: longestSilence(answered, beganMs, untilMs),
  }
}

/** When the number of acting hosts became one for good, as far as the healing was watched. */
function leaderAfter({ trace, wallOffsetMs }: ServiceHistory, { atMs, untilMs }: Healing): number | null {
  const [from, until] = [atMs + wallOffsetMs, untilMs + wallOffsetMs]
  const spans = trace.spans.filter(({ policy, toMs, fromMs }) => policy === 'serve' && toMs > from && fromMs < until)
  const changes = spans.flatMap(({ fromMs, toMs }) => [fromMs, toMs]).filter((ms) => ms > from && ms < until)
  const instants = [from, ...changes.sort((a, b) => a - b)]
  const bad = instants.findLastIndex((ms) => actingAt(spans, ms) !== 1)
  const since = instants[bad + 1]
  return since === undefined ? null : since - from
}

function actingAt(spans: readonly ActingSpan[], ms: number): number {
  return spans.filter(({ fromMs, toMs }) => fromMs <= ms && toMs > ms).length
}

function longestSilence(answered: readonly ClientWrite[], fromMs: number, untilMs: number): number {
  const ends = answered.map(({ endMs }) => endMs).sort((a, b) => a - b)
  const last = ends.findLast((ms) => ms <= fromMs) ?? fromMs
  const instants = [last, ...ends.filter((ms) => ms > fromMs && ms < untilMs), untilMs]
  return Math.max(0, ...instants.slice(1).map((ms, index) => ms - (instants[index] ?? ms)))
}

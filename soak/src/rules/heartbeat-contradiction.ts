import { boundsOf } from '../analysis/bounds.js'
import type { Interval, NodeData, PeerSample, Sample } from '../analysis/run-data.js'
import { REMEDIES } from './remedies.js'
import { soakEvidence, spanOf, stretches } from './spans.js'
import type { RawFinding, Rule, RuleInput } from './types.js'

/** F-HB-CONTRA: counters that cannot all be true. */
export const heartbeatContradictionRule: Rule = (input) =>
  input.data.nodes.flatMap((node) => [...unbalanced(input, node), ...shrunk(input, node), ...nested(input, node)])

/** Every ping is answered, timed out, failed, or the one on its way. */
function unbalanced({ data }: RuleInput, { label, samples }: NodeData): RawFinding[] {
  const bad = (sample: Sample) => sample.peers.some((peer) => !isBalanced(peer))
  return stretches(samples, bad).map((stretch) => ({
    ...{ id: 'F-HB-CONTRA', severity: 'critical', node: label },
    peer: stretch[0]?.peers.find((peer) => !isBalanced(peer))?.label ?? null,
    ...spanOf(data, stretch),
    value: Math.max(...stretch.flatMap(({ peers }) => peers.map((peer) => Math.abs(remainder(peer))))),
    threshold: '0 or 1',
    text: 'pings sent are not the sum of answered, timed out, failed and one on its way',
    remedy: REMEDIES['F-HB-CONTRA'].counters,
  }))
}

function remainder({ sent, ok, timeout, failed }: PeerSample): number {
  return sent - (ok + timeout + failed)
}

function isBalanced(peer: PeerSample): boolean {
  return remainder(peer) === 0 || remainder(peer) === 1
}

function shrunk({ data }: RuleInput, { label, intervals }: NodeData): RawFinding[] {
  const shrinks = intervals.filter((interval) => leastGrowth(interval) < 0)
  return shrinks.map((interval) => ({
    ...{ id: 'F-HB-CONTRA', severity: 'critical', node: label, peer: interval.peer },
    ...{ fromMs: interval.fromMs, toMs: interval.toMs, value: leastGrowth(interval), threshold: 0 },
    evidence: [soakEvidence(data, interval.fromSeq, interval.toSeq)],
    text: 'a counter of one process went down',
    remedy: REMEDIES['F-HB-CONTRA'].counters,
  }))
}

/** Of all that only ever grows within one process: a count that fell hides what was counted before. */
function leastGrowth({ sent, ok, timeout, failed, closed, dialErr }: Interval): number {
  return Math.min(sent ?? 0, ok, timeout ?? 0, failed ?? 0, closed, dialErr)
}

/** Only tables give intervals inside others; what comes from records follows one upon the other. */
function nested({ data }: RuleInput, { label, intervals }: NodeData): RawFinding[] {
  if (!data.quality.isLegacy) return []
  const shortest = boundsOf(intervals.map(({ seconds }) => seconds))?.least ?? 0
  const wholes = intervals.filter(({ seconds }) => seconds > shortest)
  const pairs = wholes.flatMap((whole) =>
    intervals.filter((part) => exceeds(part, whole)).map((part) => [part, whole] as const),
  )
  return pairs.map(([part, whole]) => ({
    ...{ id: 'F-HB-CONTRA', severity: 'critical', node: label, peer: part.peer },
    ...{ fromMs: part.fromMs, toMs: part.toMs, value: part.ok, threshold: whole.ok },
    evidence: [soakEvidence(data, part.fromSeq, part.toSeq)],
    text: `${part.ok} heartbeats in ${part.seconds} s, but ${whole.ok} in the ${whole.seconds} s that contain them`,
    remedy: REMEDIES['F-HB-CONTRA'].counters,
  }))
}

function exceeds(part: Interval, whole: Interval): boolean {
  return part !== whole && part.seconds < whole.seconds && isInside(part, whole) && part.ok > whole.ok
}

function isInside(part: Interval, whole: Interval): boolean {
  if (part.fromMs === null || part.toMs === null || whole.fromMs === null || whole.toMs === null) return true
  return part.fromMs >= whole.fromMs && part.toMs <= whole.toMs
}

import type { Interval, NodeData } from '../analysis/run-data.js'
import { byPeer } from './heartbeat.js'
import { REMEDIES } from './remedies.js'
import { rounded, soakEvidence } from './spans.js'
import type { RawFinding, Rule, RuleInput } from './types.js'

const SECONDS_PER_HOUR = 3600

/** F-FLAP: connections that close more often than twelve times an hour and peer. */
export const flapRule: Rule = (input) =>
  input.data.nodes.flatMap((node) => [...byPeer(node)].flatMap(([, intervals]) => flapsOf(input, node, intervals)))

/** Looks at hours of the rules; a run that is shorter is looked at as a whole. */
function flapsOf(input: RuleInput, node: NodeData, intervals: readonly Interval[]): RawFinding[] {
  const hourS = SECONDS_PER_HOUR / input.timeScale
  const found: RawFinding[] = []
  let window: Interval[] = []
  for (const interval of intervals.filter(({ isTrusted }) => isTrusted)) {
    window.push(interval)
    while (window.length > 1 && lengthOf(window.slice(1)) >= hourS) window = window.slice(1)
    if (closesOf(window) / peersOf(interval) <= input.thresholds.flap_closes_per_hour) continue
    found.push(flapFinding(input, node, window))
    window = []
  }
  return found
}

function lengthOf(window: readonly Interval[]): number {
  return window.reduce((sum, { seconds }) => sum + seconds, 0)
}

function closesOf(window: readonly Interval[]): number {
  return window.reduce((sum, { closed }) => sum + closed, 0)
}

/** A sum over all peers is judged by how many there were. */
function peersOf({ peer, connectedS, seconds }: Interval): number {
  return peer === null && seconds > 0 ? Math.max(1, connectedS / seconds) : 1
}

function flapFinding({ data, thresholds }: RuleInput, node: NodeData, window: readonly Interval[]): RawFinding {
  const first = window[0]
  const last = window.at(-1)
  const peers = first ? peersOf(first) : 1
  return {
    ...{ id: 'F-FLAP', severity: 'warning', node: node.label, peer: first?.peer ?? null },
    ...{ fromMs: first?.fromMs ?? null, toMs: last?.toMs ?? null },
    value: rounded(closesOf(window) / peers, 1),
    threshold: thresholds.flap_closes_per_hour,
    evidence: [soakEvidence(data, first?.fromSeq ?? 0, last?.toSeq ?? 0)],
    text: 'connections to a peer closed again and again within an hour',
    remedy: REMEDIES['F-FLAP'].link,
  }
}

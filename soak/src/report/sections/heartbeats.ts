import { boundsOf } from '../../analysis/bounds.js'
import type { Interval, NodeData, PeerSample, RunData } from '../../analysis/run-data.js'
import { byPeer, expectedPings } from '../../rules/heartbeat.js'
import { reachableOf, rounded } from '../../rules/spans.js'
import type { Thresholds } from '../../thresholds/schema.js'
import type { Report } from '../schema.js'

type Row = Report['heartbeats'][number]

/** Section 2: per node and peer over the whole run, without what falls into a restart or an outage of the watch. */
export function heartbeatSection({ nodes }: RunData, thresholds: Thresholds): Report['heartbeats'] {
  return nodes.flatMap((node) => [...byPeer(node)].map(([peer, intervals]) => row(node, peer, intervals, thresholds)))
}

function row(node: NodeData, peer: string | null, all: readonly Interval[], thresholds: Thresholds): Row {
  const trusted = all.filter(({ isTrusted }) => isTrusted)
  const intervals = trusted.length > 0 ? trusted : longest(all)
  const sum = (read: (interval: Interval) => number | null) => total(intervals.map(read))
  const expected = sum((interval) => expectedPings(interval, thresholds.heartbeat_per_hour)) ?? 0
  const ok = sum((interval) => interval.ok)
  const last = reachableOf(node.samples)
    .at(-1)
    ?.peers.find(({ label }) => label === peer)
  return {
    ...{ label: node.label, peer, ok },
    sent: sum((interval) => interval.sent),
    timeout: sum((interval) => interval.timeout),
    failed: sum((interval) => interval.failed),
    expected: rounded(expected, 1),
    ratio: expected === 0 || ok === null ? null : rounded(ok / expected),
    ...rttOf(last),
    closed: sum((interval) => interval.closed),
    dial_err: sum((interval) => interval.dialErr),
    trusted: all.every(({ isTrusted, doubled }) => isTrusted && !doubled?.length),
  }
}

/** Counts that contradict each other are shown, never summed: spec operations 4, Q8. */
function longest(intervals: readonly Interval[]): Interval[] {
  const most = boundsOf(intervals.map(({ seconds }) => seconds))?.most
  return intervals.filter(({ seconds }) => seconds === most).slice(-1)
}

/** As the node told it in the last record: over its last five minutes. */
function rttOf(peer: PeerSample | undefined): Pick<Row, 'rtt_p50_ms' | 'rtt_p99_ms'> {
  return { rtt_p50_ms: peer?.rttP50Ms ?? null, rtt_p99_ms: peer?.rttP99Ms ?? null }
}

/** A sum with an unknown part is unknown. */
function total(values: readonly (number | null)[]): number | null {
  return values.reduce<number | null>((sum, value) => (sum === null || value === null ? null : sum + value), 0)
}

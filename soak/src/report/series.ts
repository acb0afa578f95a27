import type { NodeData, RunData, Sample } from '../analysis/run-data.js'
import { byPeer, expectedPings } from '../rules/heartbeat.js'
import { rounded } from '../rules/spans.js'
import type { Thresholds } from '../thresholds/schema.js'
import { bucketsOf, type Reading } from './buckets.js'
import type { Report, Series, SeriesName } from './schema.js'

const MS_PER_S = 1000
const MIB = 2 ** 20
const PERCENT = 100

interface Frame {
  readonly fromMs: number
  readonly toMs: number
}

/** The charts of a report as numbers: at most 600 buckets a line; what was not measured has no point. Pure. */
export function seriesOf(data: RunData, thresholds: Thresholds): Report['series'] {
  if (data.fromMs === null || data.toMs === null) return {}
  const frame = { fromMs: data.fromMs, toMs: data.toMs }
  const perNode = (unit: string, read: (node: NodeData) => Reading[]) => lines(frame, unit, data.nodes, read)
  const sampled = (unit: string, read: (sample: Sample) => number | null) =>
    perNode(unit, ({ samples }) => samples.flatMap((sample) => readingOf(frame, sample.tsMs, read(sample))))
  const all: Record<SeriesName, Series> = {
    lag: sampled('windows', ({ lag }) => lag),
    heartbeat_ratio: perNode('ratio', (node) => ratios(frame, node, thresholds)),
    rss: sampled('MiB', ({ rss }) => rss && rss / MIB),
    restarts: perNode('restarts', ({ samples }) => restarts(frame, samples)),
    coverage: sampled('%', ({ reachable }) => (reachable ? PERCENT : 0)),
    rtt: sampled('ms', ({ peers }) => slowest(peers.map(({ rttP99Ms }) => rttP99Ms))),
  }
  return Object.fromEntries(
    Object.entries(all).filter(([, series]) => series.lines.some(({ points }) => points.length > 0)),
  )
}

function lines(frame: Frame, unit: string, nodes: readonly NodeData[], read: (node: NodeData) => Reading[]): Series {
  const lengthS = (frame.toMs - frame.fromMs) / MS_PER_S
  return {
    from: new Date(frame.fromMs).toISOString(),
    to: new Date(frame.toMs).toISOString(),
    unit,
    lines: nodes.map((node) => ({ label: node.label, points: bucketsOf(read(node), lengthS) })),
  }
}

function readingOf({ fromMs }: Frame, tsMs: number | null, value: number | null): Reading[] {
  return tsMs === null || value === null
    ? []
    : [{ seconds: rounded((tsMs - fromMs) / MS_PER_S), value: rounded(value) }]
}

function slowest(values: readonly (number | null)[]): number | null {
  const known = values.flatMap((value) => value ?? [])
  return known.length === 0 ? null : Math.max(...known)
}

/** Restarts so far: what the host counts, else the instances seen. */
function restarts(frame: Frame, samples: readonly Sample[]): Reading[] {
  let count = 0
  let instance: string | null = null
  return samples.flatMap((sample) => {
    if (!sample.reachable || sample.instance === null) return []
    if (instance !== null && sample.instance !== instance) count++
    instance = sample.instance
    return readingOf(frame, sample.tsMs, count)
  })
}

/** Answered ÷ expected over enough polls to mean something, at the end of each such time; over all peers together. */
function ratios(frame: Frame, node: NodeData, thresholds: Thresholds): Reading[] {
  const sums = new Map<number, { ok: number; expected: number; toMs: number | null }>()
  for (const interval of [...byPeer(node).values()].flat()) {
    if (!interval.isTrusted) continue
    const sum = sums.get(interval.toSeq) ?? { ok: 0, expected: 0, toMs: interval.toMs }
    sum.ok += interval.ok
    sum.expected += expectedPings(interval, thresholds.heartbeat_per_hour)
    sums.set(interval.toSeq, sum)
  }
  return smoothed(frame, [...sums.values()], thresholds.heartbeat_min_expected)
}

function smoothed(
  frame: Frame,
  sums: readonly { ok: number; expected: number; toMs: number | null }[],
  least: number,
): Reading[] {
  let ok = 0
  let expected = 0
  return sums.flatMap((sum) => {
    ok += sum.ok
    expected += sum.expected
    if (expected < least) return []
    const reading = readingOf(frame, sum.toMs, ok / expected)
    ok = 0
    expected = 0
    return reading
  })
}

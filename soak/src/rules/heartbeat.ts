import type { Interval, NodeData } from '../analysis/run-data.js'
import { REMEDIES } from './remedies.js'
import { isWarmUp, rounded, soakEvidence } from './spans.js'
import type { RawFinding, Rule, RuleInput } from './types.js'

const SECONDS_PER_HOUR = 3600

/** Pings that the connected time of an interval makes us expect. */
export function expectedPings({ connectedS }: Pick<Interval, 'connectedS'>, perHour: number): number {
  return (connectedS * perHour) / SECONDS_PER_HOUR
}

/** F-HB-RANGE: answered pings out of proportion to the connected time, over two periods or more. */
export const heartbeatRangeRule: Rule = (input) =>
  input.data.nodes.flatMap((node) => {
    const isCounted = countedAfterWarmUp(input, node)
    return [...byPeer(node)].flatMap(([, intervals]) => rangesOf(input, node, intervals.filter(isCounted)))
  })

function countedAfterWarmUp({ thresholds, periodS }: RuleInput, { samples }: NodeData) {
  const warmUpS = thresholds.warm_up_periods * periodS
  const young = new Set(samples.filter((sample) => isWarmUp(sample, warmUpS)).map(({ seq }) => seq))
  return ({ isTrusted, fromSeq }: Interval) => isTrusted && !young.has(fromSeq)
}

export function byPeer({ intervals }: NodeData): Map<string | null, Interval[]> {
  const groups = new Map<string | null, Interval[]>()
  for (const interval of intervals) {
    const group = groups.get(interval.peer) ?? []
    group.push(interval)
    groups.set(interval.peer, group)
  }
  return groups
}

interface Stretch {
  readonly intervals: readonly Interval[]
  readonly ok: number
  readonly expected: number
}

function rangesOf(input: RuleInput, node: NodeData, intervals: readonly Interval[]): RawFinding[] {
  const outside: Interval[][] = []
  for (const window of windowsOf(input, intervals)) {
    if (!isOutside(input, window)) continue
    const open = outside.at(-1)
    const first = window.intervals[0]
    const isNext = open && first && (open.at(-1)?.toSeq ?? -1) >= first.fromSeq
    if (isNext) open.push(...window.intervals.filter(({ toSeq }) => toSeq > (open.at(-1)?.toSeq ?? -1)))
    else outside.push([...window.intervals])
  }
  return outside.map((stretch) => rangeFinding(input, node, sumOf(input, stretch)))
}

/** The shortest runs of neighbouring intervals that are long enough to judge, one for each end. */
function* windowsOf(input: RuleInput, intervals: readonly Interval[]): Generator<Stretch> {
  let start = 0
  for (let end = 0; end < intervals.length; end++) {
    if (end > start && intervals[end - 1]?.toSeq !== intervals[end]?.fromSeq) start = end
    while (start < end && isLongEnough(input, intervals.slice(start + 1, end + 1))) start++
    const window = intervals.slice(start, end + 1)
    if (isLongEnough(input, window)) yield sumOf(input, window)
  }
}

function isLongEnough(input: RuleInput, window: readonly Interval[]): boolean {
  const { thresholds, periodS } = input
  const seconds = window.reduce((sum, interval) => sum + interval.seconds, 0)
  // A poll is never quite on time; a tenth of a period does not make two periods one.
  if (seconds < (thresholds.heartbeat_periods - 0.1) * periodS) return false
  const possible = (seconds * thresholds.heartbeat_per_hour) / SECONDS_PER_HOUR
  return possible >= thresholds.heartbeat_min_expected
}

function sumOf({ thresholds }: RuleInput, intervals: readonly Interval[]): Stretch {
  const expected = intervals.reduce((sum, interval) => sum + expectedPings(interval, thresholds.heartbeat_per_hour), 0)
  return { intervals, expected, ok: intervals.reduce((sum, { ok }) => sum + ok, 0) }
}

function isOutside({ thresholds }: RuleInput, { ok, expected }: Stretch): boolean {
  const { heartbeat_ratio_low: low, heartbeat_ratio_high: high, heartbeat_slack: slack } = thresholds
  return ok < low * expected - slack || ok > high * expected + slack
}

function rangeFinding({ data, thresholds }: RuleInput, node: NodeData, stretch: Stretch): RawFinding {
  const first = stretch.intervals[0]
  const last = stretch.intervals.at(-1)
  return {
    ...{ id: 'F-HB-RANGE', severity: 'warning', node: node.label, peer: first?.peer ?? null },
    ...{ fromMs: first?.fromMs ?? null, toMs: last?.toMs ?? null },
    value: stretch.expected === 0 ? null : rounded(stretch.ok / stretch.expected),
    threshold: `${thresholds.heartbeat_ratio_low} to ${thresholds.heartbeat_ratio_high}`,
    evidence: [soakEvidence(data, first?.fromSeq ?? 0, last?.toSeq ?? 0)],
    text: `${stretch.ok} answered pings where the connected time makes ${rounded(stretch.expected, 0)}`,
    remedy: REMEDIES['F-HB-RANGE'].pings,
  }
}

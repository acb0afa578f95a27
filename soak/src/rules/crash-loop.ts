import type { NodeData, Sample } from '../analysis/run-data.js'
import { msOf } from '../analysis/times.js'
import type { Digest } from '../digest/schema.js'
import { REMEDIES } from './remedies.js'
import { logEvidence, maxOf, soakEvidence } from './spans.js'
import type { RawFinding, Rule, RuleInput } from './types.js'

const MS_PER_S = 1000

/** F-CRASHLOOP: too many exits in ten minutes, or restarts in a day; counted from the log and from the instances seen. */
export const crashLoopRule: Rule = (input) => {
  const fromLogs = input.data.digests.flatMap((digest) => loopInLog(input, digest))
  const known = new Set(fromLogs.map(({ node }) => node))
  const fromPolls = input.data.nodes
    .filter(({ label }) => !known.has(label))
    .flatMap((node) => loopInPolls(input, node))
  return [...fromLogs, ...fromPolls]
}

function loopInLog({ thresholds, timeScale }: RuleInput, digest: Digest): RawFinding[] {
  const exits = digest.units.reduce((sum, unit) => sum + Math.max(unit.exits, unit.restarts), 0)
  const days = daysOf(digest, thresholds.crash_restarts_window_s / timeScale)
  const isShort = isWithinTime(digest, thresholds.crash_exits_window_s / timeScale)
  const allowed = isShort ? thresholds.crash_exits : thresholds.crash_restarts
  if (exits <= allowed * days) return []
  return [
    finding(digest.label, exits, allowed, { fromMs: msOf(digest.from), toMs: msOf(digest.to) }, [
      logEvidence(digest.label, 'UNIT_EXIT'),
    ]),
  ]
}

function isWithinTime({ from, to }: Digest, seconds: number): boolean {
  return from !== null && to !== null && (Date.parse(to) - Date.parse(from)) / MS_PER_S <= seconds
}

/** A digest of more than a day may hold more; one of less may not. */
function daysOf({ from, to }: Digest, dayS: number): number {
  if (from === null || to === null) return 1
  return Math.max(1, (Date.parse(to) - Date.parse(from)) / MS_PER_S / dayS)
}

function finding(
  node: string,
  value: number,
  threshold: number,
  span: Pick<RawFinding, 'fromMs' | 'toMs'>,
  evidence: string[],
): RawFinding {
  return {
    ...{ id: 'F-CRASHLOOP', severity: 'critical', node, peer: null },
    ...span,
    ...{ value, threshold, evidence },
    text: `the process ended and was started again ${value} times`,
    remedy: REMEDIES['F-CRASHLOOP'].process,
  }
}

interface Start {
  readonly seq: number
  readonly atMs: number
}

function loopInPolls(input: RuleInput, node: NodeData): RawFinding[] {
  const { thresholds, timeScale } = input
  const starts = startsOf(node.samples)
  const short = densest(starts, (thresholds.crash_exits_window_s / timeScale) * MS_PER_S)
  const long = densest(starts, (thresholds.crash_restarts_window_s / timeScale) * MS_PER_S)
  if (short.length > thresholds.crash_exits) return [pollFinding(input, node.label, short, thresholds.crash_exits)]
  if (long.length > thresholds.crash_restarts) return [pollFinding(input, node.label, long, thresholds.crash_restarts)]
  return []
}

function pollFinding({ data }: RuleInput, node: string, starts: readonly Start[], threshold: number): RawFinding {
  const first = starts[0]
  const last = starts.at(-1)
  const span = { fromMs: first?.atMs ?? null, toMs: last?.atMs ?? null }
  return finding(node, starts.length, threshold, span, [soakEvidence(data, first?.seq ?? 0, last?.seq ?? 0)])
}

/** One entry for each start that was seen, and for each that the restart counter tells of between two polls. */
function startsOf(samples: readonly Sample[]): Start[] {
  const seen = samples.filter(({ reachable, startMs }) => reachable && startMs !== null)
  return seen.slice(1).flatMap((now, index) => {
    const before = seen[index]
    if (!before) return []
    const counted = now.restarts !== null && before.restarts !== null ? now.restarts - before.restarts : 0
    const isOther = before.instance !== now.instance
    const atMs = (isOther ? now.startMs : now.tsMs) ?? 0
    return Array.from({ length: Math.max(Number(isOther), counted) }, () => ({ seq: now.seq, atMs }))
  })
}

/** The most starts within one window of time. */
function densest(starts: readonly Start[], windowMs: number): Start[] {
  const groups = starts.map((first, index) => starts.slice(index).filter(({ atMs }) => atMs - first.atMs <= windowMs))
  const most = maxOf(groups.map(({ length }) => length))
  return groups.find(({ length }) => length === most) ?? []
}

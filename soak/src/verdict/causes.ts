import type { FindingId, RawFinding, RuleInput } from '../rules/types.js'
import { drillOf } from './drills.js'
import { isQuorumAway } from './quorum.js'
import { isWithin } from './times.js'

const MS_PER_S = 1000

type Place = 'node' | 'pair'

export interface Cause {
  readonly cause: FindingId
  readonly explains: readonly FindingId[]
  /** `node`: the cause's node is the node or the peer of the effect; `pair`: both ends are the same. */
  readonly place: Place
  /** Whether it still explains what begins some window periods after its end. */
  readonly lasts: boolean
}

/** The fixed table of spec operations 5, "Causes"; that of F-COVERAGE is reckoned below. */
export const CAUSES: readonly Cause[] = [
  {
    cause: 'F-UNREACH',
    explains: ['F-STALL', 'F-LAG', 'F-LINK', 'F-HB-RANGE'],
    place: 'node',
    lasts: false,
  },
  { cause: 'F-LINK', explains: ['F-HB-RANGE', 'F-FLAP'], place: 'pair', lasts: false },
  // What every restart met comes before a disk that was full at some time.
  { cause: 'F-EACCES', explains: ['F-CRASHLOOP'], place: 'node', lasts: false },
  { cause: 'F-DISK', explains: ['F-CRASHLOOP'], place: 'node', lasts: false },
  { cause: 'F-RESTART', explains: ['F-LAG', 'F-LINK'], place: 'node', lasts: true },
]

/** For each finding its cause among the others, by position; the first in the order of the table. Pure. */
export function causesOf(input: RuleInput, findings: readonly RawFinding[]): (number | null)[] {
  return findings.map((effect) => {
    const byTable = CAUSES.flatMap((rule) =>
      findings.flatMap((cause, at) => (isCauseOf(input, rule, cause, effect) ? [at] : [])),
    )
    const found = byTable[0] ?? coverageCause(input, findings, effect) ?? quorumCause(input, findings, effect)
    return found === undefined || findings[found] === effect ? null : found
  })
}

function isCauseOf(input: RuleInput, rule: Cause, cause: RawFinding, effect: RawFinding): boolean {
  if (cause.id !== rule.cause || !rule.explains.includes(effect.id)) return false
  const isThere = rule.place === 'node' ? isOfNode(cause, effect) : isOfPair(cause, effect)
  if (!isThere || !overlaps(cause, effect, graceMs(input, rule.lasts))) return false
  return effect.severity !== 'critical' || isOpen(input, cause) || isWithin(input, cause, effect)
}

/**
 * Counts against the verdict itself. Whatever it explains is not lost; but a warning or a drill takes a critical finding
 * off the list, and so must cover all of its time: one missed poll is no reason for a day of standing still.
 */
function isOpen(input: RuleInput, cause: RawFinding): boolean {
  return cause.severity === 'critical' && drillOf(input, cause) === undefined
}

/** The absences that are named or planned themselves, where without them enough polls were answered. */
function coverageCause(input: RuleInput, findings: readonly RawFinding[], effect: RawFinding): number | undefined {
  if (effect.id !== 'F-COVERAGE' || effect.node === null) return undefined
  const { polls, nodes } = input.data
  const named = findings.filter((cause) => isOfNode(cause, effect) && isNamedAbsence(input, cause))
  const samples = nodes.find(({ label }) => label === effect.node)?.samples ?? []
  const missed = samples.filter(({ reachable }) => !reachable).length
  const other = missed - named.reduce((sum, { value }) => sum + Number(value), 0)
  const isEnough = (polls.length - other) / polls.length >= input.thresholds.coverage_min
  return isEnough && named[0] ? findings.indexOf(named[0]) : undefined
}

function isNamedAbsence(input: RuleInput, cause: RawFinding): boolean {
  return cause.id === 'F-UNREACH' && (cause.severity === 'critical' || drillOf(input, cause) !== undefined)
}

function isOfNode({ node }: RawFinding, effect: RawFinding): boolean {
  return node !== null && (effect.node === node || effect.peer === node)
}

function isOfPair(cause: RawFinding, effect: RawFinding): boolean {
  const ends = [cause.node, cause.peer]
  return ends.includes(effect.node) && (effect.peer === null || ends.includes(effect.peer))
}

/** One poll at least: what happened between two polls is seen by different rules at either of them. */
function graceMs({ thresholds, periodS, windowPeriodS }: RuleInput, lasts: boolean): number {
  const after = lasts ? thresholds.cause_window_periods * (windowPeriodS ?? 0) : 0
  return MS_PER_S * Math.max(after, periodS)
}

/** A time that is not known could be any. */
export function overlaps(a: RawFinding, b: RawFinding, graceMs: number): boolean {
  const begins = (finding: RawFinding) => finding.fromMs ?? Number.NEGATIVE_INFINITY
  const ends = (finding: RawFinding) => finding.toMs ?? Number.POSITIVE_INFINITY
  return begins(a) - graceMs <= ends(b) && begins(b) - graceMs <= ends(a)
}

/** With too many members away every node stands still, and rightly so (decisions, "Faults and drills"). */
function quorumCause(input: RuleInput, findings: readonly RawFinding[], effect: RawFinding): number | undefined {
  if (effect.id !== 'F-STALL' || !isQuorumAway(input, effect)) return undefined
  const grace = graceMs(input, false)
  const at = findings.findIndex((cause) => cause.id === 'F-UNREACH' && overlaps(cause, effect, grace))
  return at < 0 ? undefined : at
}

import type { NodeData } from '../analysis/run-data.js'
import { REMEDIES } from './remedies.js'
import { reachableOf, rounded, soakEvidence } from './spans.js'
import type { RawFinding, Rule, RuleInput } from './types.js'

/** F-COVERAGE: too few valid polls, or a gap, in the run or for one node. */
export const coverageRule: Rule = (input) => [
  ...ofRun(input),
  ...gapsOf(input),
  ...input.data.nodes.flatMap((node) => ofNode(input, node)),
]

function ofRun({ data, thresholds }: RuleInput): RawFinding[] {
  const { coverage, valid, expected } = data.quality
  if (coverage !== null && coverage >= thresholds.coverage_min) return []
  return [
    {
      ...{ id: 'F-COVERAGE', severity: 'critical', node: null, peer: null },
      ...{ fromMs: data.fromMs, toMs: data.toMs },
      ...{ value: coverage === null ? null : rounded(coverage, 4), threshold: thresholds.coverage_min },
      evidence: evidenceOf(data),
      text: coverageText(valid, expected),
      remedy: REMEDIES['F-COVERAGE'].polls,
    },
  ]
}

function coverageText(valid: number, expected: number | null): string {
  if (valid === 0) return 'no valid record'
  return `${valid} valid records where ${expected ?? 'an unknown number'} were due`
}

function evidenceOf(data: RuleInput['data']): string[] {
  const first = data.polls[0]
  const last = data.polls.at(-1)
  return first && last ? [soakEvidence(data, first.seq, last.seq)] : []
}

function gapsOf({ data, thresholds }: RuleInput): RawFinding[] {
  const wide = data.quality.gaps.filter(({ missingPolls }) => missingPolls + 1 > thresholds.gap_periods)
  return wide.map(({ fromMs, toMs, missingPolls }) => ({
    ...{ id: 'F-COVERAGE', severity: 'critical', node: null, peer: null, fromMs, toMs },
    ...{ value: missingPolls + 1, threshold: thresholds.gap_periods, evidence: [] },
    ...{ text: `no record for ${missingPolls + 1} periods`, remedy: REMEDIES['F-COVERAGE'].polls },
  }))
}

function ofNode({ data, thresholds }: RuleInput, { label, samples }: NodeData): RawFinding[] {
  const polls = data.polls.length
  if (data.quality.isLegacy || polls === 0) return []
  const answered = reachableOf(samples)
  const part = answered.length / polls
  if (part >= thresholds.coverage_min) return []
  const missed = samples.filter(({ reachable }) => !reachable)
  return [
    {
      ...{ id: 'F-COVERAGE', severity: 'critical', node: label, peer: null },
      ...{ fromMs: missed[0]?.tsMs ?? null, toMs: missed.at(-1)?.tsMs ?? null },
      ...{ value: rounded(part, 4), threshold: thresholds.coverage_min },
      evidence: [soakEvidence(data, samples[0]?.seq ?? 0, samples.at(-1)?.seq ?? 0)],
      text: `the node answered in ${answered.length} of ${polls} records`,
      remedy: REMEDIES['F-COVERAGE'].node,
    },
  ]
}

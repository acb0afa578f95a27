import type { NodeData } from '../analysis/run-data.js'
import type { Digest, DigestEntry } from '../digest/schema.js'
import { REMEDIES } from './remedies.js'
import { logEvidence, logTimes, maxOf, reachableOf, spanOf } from './spans.js'
import type { RawFinding, Rule, RuleInput } from './types.js'

/** F-REGRESS: the window of a node goes down, or its log speaks of windows far above the head. */
export const regressRule: Rule = (input) => [
  ...input.data.nodes.flatMap((node) => decreasesOf(input, node)),
  ...logRegressions(input),
]

function decreasesOf({ data }: RuleInput, { label, samples }: NodeData): RawFinding[] {
  const known = reachableOf(samples).filter(({ window }) => window !== null)
  return known.slice(1).flatMap((now, index): RawFinding[] => {
    const before = known[index]
    if (!before || (now.window ?? 0) >= (before.window ?? 0)) return []
    return [
      {
        ...{ id: 'F-REGRESS', severity: 'critical', node: label, peer: null },
        ...spanOf(data, [before, now]),
        ...{ value: now.window, threshold: before.window },
        ...{ text: 'the window of the node went down', remedy: REMEDIES['F-REGRESS'].state },
      },
    ]
  })
}

function logRegressions({ data, thresholds }: RuleInput): RawFinding[] {
  const head = maxOf(data.nodes.flatMap(({ samples }) => samples.map(({ window }) => window)))
  if (head === null) return []
  return data.digests.flatMap((digest) => {
    const above = digest.entries.filter(({ window_max }) => (window_max ?? 0) > head + thresholds.log_ahead_windows)
    return above.length === 0 ? [] : [logRegression(digest, above, head)]
  })
}

function logRegression(digest: Digest, entries: readonly DigestEntry[], head: number): RawFinding {
  const { label: node } = digest
  return {
    ...{ id: 'F-REGRESS', severity: 'critical', node, peer: null },
    ...logTimes(digest, entries),
    value: head,
    threshold: maxOf(entries.map(({ window_max }) => window_max)),
    evidence: [...new Set(entries.map(({ code }) => logEvidence(node, code)))],
    text: 'the log of the node names windows above the head of the mesh: an earlier chain is gone',
    remedy: REMEDIES['F-REGRESS'].state,
  }
}

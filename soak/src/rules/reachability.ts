import type { NodeData, Sample } from '../analysis/run-data.js'
import { REMEDIES } from './remedies.js'
import { reachableOf, soakEvidence, spanOf, stretches } from './spans.js'
import type { RawFinding, Rule, RuleInput } from './types.js'

/** F-UNREACH: a node that did not answer. */
export const unreachableRule: Rule = (input) =>
  input.data.nodes.flatMap((node) =>
    stretches(node.samples, ({ reachable }) => !reachable).map((away) => unreachable(input, node, away)),
  )

function unreachable({ data, thresholds }: RuleInput, { label }: NodeData, away: readonly Sample[]): RawFinding {
  const isLong = away.length >= thresholds.unreachable_critical_polls
  return {
    ...{ id: 'F-UNREACH', severity: isLong ? 'critical' : 'warning', node: label, peer: null },
    ...spanOf(data, away),
    ...{ value: away.length, threshold: isLong ? thresholds.unreachable_critical_polls : 1 },
    text: `no answer in ${away.length} ${away.length === 1 ? 'poll' : 'polls'}: ${away[0]?.error ?? 'no reason known'}`,
    remedy: REMEDIES['F-UNREACH'].node,
  }
}

/** F-RESTART: another process than before answers. */
export const restartRule: Rule = (input) => input.data.nodes.flatMap((node) => restartsOf(input, node))

function restartsOf({ data }: RuleInput, { label, samples }: NodeData): RawFinding[] {
  const seen = reachableOf(samples).filter(({ instance }) => instance !== null)
  return seen.slice(1).flatMap((now, index): RawFinding[] => {
    const before = seen[index]
    if (!before || before.instance === now.instance) return []
    return [
      {
        ...{ id: 'F-RESTART', severity: 'warning', node: label, peer: null },
        ...{ fromMs: now.startMs ?? before.tsMs, toMs: now.tsMs, value: 1, threshold: 0 },
        evidence: [soakEvidence(data, before.seq, now.seq)],
        text: 'another process answers than in the poll before',
        remedy: REMEDIES['F-RESTART'].process,
      },
    ]
  })
}

import type { NodeData, Sample } from '../analysis/run-data.js'
import { REMEDIES } from './remedies.js'
import { isWarmUp, maxOf, spanOf, stretches } from './spans.js'
import type { RawFinding, Rule, RuleInput } from './types.js'

const TEXT = 'the node is behind the head of the mesh'

/** F-LAG: more than one window behind in three polls running, or more than ten at once. */
export const lagRule: Rule = (input) => input.data.nodes.flatMap((node) => lagsOf(input, node))

function lagsOf(input: RuleInput, node: NodeData): RawFinding[] {
  const { thresholds, periodS } = input
  const warmUpS = thresholds.warm_up_periods * periodS
  const behind = (sample: Sample) => (sample.lag ?? 0) > thresholds.lag_warn_windows && !isWarmUp(sample, warmUpS)
  return stretches(node.samples, behind).flatMap((stretch) => lagOf(input, node, stretch))
}

function lagOf(input: RuleInput, node: NodeData, stretch: readonly Sample[]): RawFinding[] {
  const { data, thresholds } = input
  const most = maxOf(stretch.map(({ lag }) => lag)) ?? 0
  const isCritical = most > thresholds.lag_critical_windows
  if (!isCritical && stretch.length < neededPolls(input, node)) return []
  return [
    {
      id: 'F-LAG',
      severity: isCritical ? 'critical' : 'warning',
      ...{ node: node.label, peer: null },
      ...spanOf(data, stretch),
      value: most,
      threshold: isCritical ? thresholds.lag_critical_windows : thresholds.lag_warn_windows,
      ...{ text: TEXT, remedy: REMEDIES['F-LAG'].node },
    },
  ]
}

/** A snapshot has no three polls to look at; then all that it has must agree. */
function neededPolls({ data, thresholds }: RuleInput, { samples }: NodeData): number {
  const known = samples.filter(({ lag }) => lag !== null).length
  return data.quality.isLegacy ? Math.min(known, thresholds.lag_warn_polls) : thresholds.lag_warn_polls
}

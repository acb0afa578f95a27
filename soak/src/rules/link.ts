import type { NodeData, RunData, Sample } from '../analysis/run-data.js'
import { isWarmUp, spanOf, stretches } from './spans.js'
import type { RawFinding, Rule, RuleInput } from './types.js'

/** F-LINK: two nodes that both answer and have no connection with each other, in two polls running. */
export const linkRule: Rule = (input) => pairsOf(input.data).flatMap(([a, b]) => gapsBetween(input, a, b))

function pairsOf({ nodes }: RunData): [NodeData, NodeData][] {
  return nodes.flatMap((a, index) => nodes.slice(index + 1).map((b): [NodeData, NodeData] => [a, b]))
}

function gapsBetween(input: RuleInput, a: NodeData, b: NodeData): RawFinding[] {
  const { data, thresholds, periodS } = input
  const others = new Map(b.samples.map((sample) => [sample.seq, sample]))
  const warmUpS = thresholds.warm_up_periods * periodS
  const isApart = (sample: Sample) => {
    const other = others.get(sample.seq)
    if (!other || !sample.reachable || !other.reachable) return false
    if (isWarmUp(sample, warmUpS) || isWarmUp(other, warmUpS)) return false
    return isUnlinked(sample, b.label) && isUnlinked(other, a.label)
  }
  const apart = stretches(a.samples, isApart).filter(({ length }) => length >= thresholds.link_polls)
  return apart.map((stretch) => ({
    ...{ id: 'F-LINK', severity: 'critical', node: a.label, peer: b.label },
    ...spanOf(data, stretch),
    ...{ value: stretch.length, threshold: thresholds.link_polls },
    text: `both nodes answer, and in ${stretch.length} polls neither had a connection to the other`,
    remedy: 'look for a firewall or a route between the two hosts, and for refused handshakes in both logs',
  }))
}

/** A list without the peer says nothing about it. */
function isUnlinked({ peers }: Sample, label: string): boolean {
  const peer = peers.find((candidate) => candidate.label === label)
  return peer !== undefined && peer.conns === 0
}

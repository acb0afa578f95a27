import type { NodeData, RunData, Sample } from '../analysis/run-data.js'
import { REMEDIES } from './remedies.js'
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
  const [aKnowsB, bKnowsA] = [isKnown(a, b), isKnown(b, a)]
  const isApart = (sample: Sample) => {
    const other = others.get(sample.seq)
    if (!other || !sample.reachable || !other.reachable) return false
    if (isWarmUp(sample, warmUpS) || isWarmUp(other, warmUpS)) return false
    return isUnlinked(entryOf(sample, b), aKnowsB) && isUnlinked(entryOf(other, a), bKnowsA)
  }
  const apart = stretches(a.samples, isApart).filter(({ length }) => length >= thresholds.link_polls)
  return apart.map((stretch) => ({
    ...{ id: 'F-LINK', severity: 'critical', node: a.label, peer: b.label },
    ...spanOf(data, stretch),
    ...{ value: stretch.length, threshold: thresholds.link_polls },
    text: `both nodes answer, and in ${stretch.length} polls neither had a connection to the other`,
    remedy: REMEDIES['F-LINK'].link,
  }))
}

function isKnown({ samples }: NodeData, { label }: NodeData): boolean {
  return samples.some(({ peers }) => peers.some((peer) => peer.label === label))
}

/** Connections as one node tells them; undefined where its list does not name the other. */
function entryOf({ peers }: Sample, { label }: NodeData): number | undefined {
  return peers.find((candidate) => candidate.label === label)?.conns
}

/** A list that never named a peer says nothing about it; one that does no more says that it is gone. */
function isUnlinked(conns: number | undefined, isKnownPeer: boolean): boolean {
  return conns === undefined ? isKnownPeer : conns === 0
}

import type { NodeData, Sample } from '../analysis/run-data.js'
import type { Digest } from '../digest/schema.js'
import { REMEDIES } from './remedies.js'
import { logEvidence, logTimes, maxOf, spanOf } from './spans.js'
import type { RawFinding, Rule, RuleInput } from './types.js'

const CLASSICAL_CODES = new Set(['TLS', 'CLASSICAL_HANDSHAKE'])

/** F-CLASSICAL: any handshake without a post-quantum part, in a run declared post-quantum only. */
export const classicalRule: Rule = (input) => {
  const { data } = input
  if (!data.run.pq_only) return []
  return [...data.nodes.flatMap((node) => handshakesOf(input, node)), ...data.digests.flatMap(linesOf)]
}

function handshakesOf({ data }: RuleInput, { label, samples }: NodeData): RawFinding[] {
  const count = ({ peers }: Sample) => peers.reduce((sum, { classical }) => sum + classical, 0)
  const bad = samples.filter((sample) => count(sample) > 0)
  if (bad.length === 0) return []
  return [
    {
      ...{ id: 'F-CLASSICAL', severity: 'critical', node: label },
      peer: bad[0]?.peers.find(({ classical }) => classical > 0)?.label ?? null,
      ...spanOf(data, bad),
      ...{ value: maxOf(bad.map(count)), threshold: 0 },
      ...{ text: 'connections were set up without post-quantum keys', remedy: REMEDIES['F-CLASSICAL'].handshake },
    },
  ]
}

function linesOf(digest: Digest): RawFinding[] {
  const { label, entries } = digest
  return entries
    .filter(({ code }) => CLASSICAL_CODES.has(code))
    .map((entry) => ({
      ...{ id: 'F-CLASSICAL', severity: 'critical', node: label, peer: null },
      ...logTimes(digest, [entry]),
      ...{ value: entry.count, threshold: 0, evidence: [logEvidence(label, entry.code)] },
      ...{ text: 'the log speaks of TLS or classical handshakes', remedy: REMEDIES['F-CLASSICAL'].handshake },
    }))
}

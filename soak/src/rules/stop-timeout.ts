import type { NodeData, Sample } from '../analysis/run-data.js'
import { msOf } from '../analysis/times.js'
import type { Digest } from '../digest/schema.js'
import { REMEDIES } from './remedies.js'
import { logEvidence, spanOf, stretches } from './spans.js'
import type { RawFinding, Rule, RuleInput } from './types.js'

const TEXT = 'the process did not stop in time and was killed'

/** F-STOPTIMEOUT: a unit that ended with the result `timeout`. */
export const stopTimeoutRule: Rule = (input) => {
  const fromLogs = input.data.digests.flatMap(timeoutsInLog)
  const known = new Set(fromLogs.map(({ node }) => node))
  return [
    ...fromLogs,
    ...input.data.nodes.filter(({ label }) => !known.has(label)).flatMap((node) => timeouts(input, node)),
  ]
}

function timeoutsInLog({ label, units, from, to }: Digest): RawFinding[] {
  const count = units.reduce((sum, unit) => sum + unit.timeouts, 0)
  if (count === 0) return []
  return [
    {
      ...{ id: 'F-STOPTIMEOUT', severity: 'warning', node: label, peer: null },
      ...{ fromMs: msOf(from), toMs: msOf(to) },
      ...{
        value: count,
        threshold: 0,
        evidence: [logEvidence(label, 'UNIT_FAILED')],
        text: TEXT,
        remedy: REMEDIES['F-STOPTIMEOUT'].unit,
      },
    },
  ]
}

function timeouts({ data }: RuleInput, { label, samples }: NodeData): RawFinding[] {
  return stretches(samples, ({ result }: Sample) => result === 'timeout').map((stretch) => ({
    ...{ id: 'F-STOPTIMEOUT', severity: 'warning', node: label, peer: null },
    ...spanOf(data, stretch),
    ...{ value: 'timeout', threshold: 'success', text: TEXT, remedy: REMEDIES['F-STOPTIMEOUT'].unit },
  }))
}

import type { RunData, Sample } from '../../src/analysis/run-data.js'
import { rawFindings, ruleInput } from '../../src/rules/index.js'
import { type Change, type RunInit, runData, thresholds } from './run-data.js'

/** What the rules find in a run, or in a healthy one with changes. */
export function found(init: RunInit | RunData) {
  const data = 'quality' in init ? init : runData(init)
  return rawFindings(ruleInput(data, thresholds))
}

export function short(init: RunInit | RunData): string[] {
  return found(init).map(({ id, severity, node, peer }) => [id, severity, node, ...(peer ? [peer] : [])].join(' '))
}

export const from = (first: number, change: Partial<Sample>, last = Number.POSITIVE_INFINITY): Change => {
  return (_, poll) => (poll >= first && poll <= last ? change : {})
}

export const digest = (extra: Partial<RunData['digests'][number]>): RunData['digests'][number] => ({
  ...{
    schema: 'montana.digest/1',
    label: 'moscow',
    from: null,
    to: null,
    source: 'journald',
    unattributed: 0,
    dropped: 0,
  },
  ...{ units: [], entries: [] },
  ...extra,
})
export const unit = { unit: 'montana-node.service', exits: 0, restarts: 0, timeouts: 0, start_limit_hits: 0 }
export const entry = {
  ...{ unit: 'montana-node.service', code: 'UNCODED', priority: 3, template: 't', count: 1, first: null, last: null },
  ...{ sample: 's', window_min: null, window_max: null },
}

/** The same run with polls closer together: as many pings as the time allows. */
export function paced(intervalMs: number): Record<string, Change> {
  const change: Change = ({ peers }, poll) => {
    const ok = Math.floor((poll * intervalMs) / 5000)
    return { peers: peers.map((peer) => ({ ...peer, sent: ok, ok })) }
  }
  return Object.fromEntries(['moscow', 'frankfurt', 'helsinki', 'armenia'].map((label) => [label, change]))
}

import type { Interval, IntervalCounter } from '../analysis/run-data.js'
import type { LegacyCounter } from './doubled.js'

/** The three counters of the seed, over all peers of a node. */
export interface LegacyCounters {
  readonly ok: LegacyCounter
  readonly dialErr: LegacyCounter
  readonly closed: LegacyCounter
}

export type IntervalSpan = Pick<Interval, 'fromSeq' | 'toSeq' | 'toMs' | 'seconds'>

/** Undefined where one of the counters was not measured. `peers`: to how many the node is supposed to be connected. */
export function intervalOf(counters: LegacyCounters, span: IntervalSpan, peers: number): Interval | undefined {
  const { ok, dialErr, closed } = counters
  if (ok.value === null || dialErr.value === null || closed.value === null) return undefined
  const doubled = (['ok', 'closed', 'dialErr'] as const).filter((name: IntervalCounter) => counters[name].isDoubled)
  return {
    peer: null,
    ...span,
    fromMs: span.toMs === null ? null : span.toMs - span.seconds * 1000,
    connectedS: peers * span.seconds,
    ...{ sent: null, ok: ok.value, timeout: null, failed: null, closed: closed.value, dialErr: dialErr.value },
    isTrusted: !ok.isDoubled,
    doubled,
  }
}

import type { NodeSeries, SoakSeries } from '../api/views.js'
import type { NodePoint, SoakPoint } from './point.js'

const MS_PER_S = 1000
/** One ping per peer in so many seconds of connection (spec operations 5). */
const PING_INTERVAL_S = 5
/** Pings over which a ratio is taken: a minute with three peers; with fewer, one on its way would show as a dent. */
const RATIO_OVER_PINGS = 36

/** Lists of equal length, one entry per record; null where a node did not answer or nothing can be said. Pure. */
export function soakSeries(points: readonly SoakPoint[]): SoakSeries {
  const labels = new Set(points.flatMap(({ nodes }) => [...nodes.keys()]))
  return { t: points.map(({ tsMs }) => tsMs / MS_PER_S), nodes: [...labels].map((label) => nodeSeries(label, points)) }
}

function nodeSeries(label: string, points: readonly SoakPoint[]): NodeSeries {
  const samples = points.map(({ nodes }) => {
    const node = nodes.get(label)
    return node && node.instance !== null ? node : null
  })
  return {
    label,
    lag: samples.map((sample) => sample?.lag ?? null),
    rssBytes: samples.map((sample) => sample?.rssBytes ?? null),
    ratio: ratios(samples),
    restarts: restarts(samples),
  }
}

/** Counters belong to an instance, so a span never crosses a restart. */
function ratios(samples: readonly (NodePoint | null)[]): (number | null)[] {
  let start = 0
  return samples.map((sample, index) => {
    if (!sample) return null
    while (start < index && !isSpan(samples[start], sample, 0)) start++
    while (start < index && isSpan(samples[start + 1], sample, RATIO_OVER_PINGS)) start++
    const base = samples[start]
    if (!base || !isSpan(base, sample, RATIO_OVER_PINGS)) return null
    // A connection begins with a ping: after some new ones more have ended than the time alone makes one expect.
    return (sample.pingOk - base.pingOk) / Math.max(sample.pingsEnded - base.pingsEnded, expected(base, sample))
  })
}

function isSpan(base: NodePoint | null | undefined, sample: NodePoint, pings: number): boolean {
  return !!base && base.instance === sample.instance && expected(base, sample) >= pings
}

function expected(base: NodePoint, sample: NodePoint): number {
  return (sample.connectedS - base.connectedS) / PING_INTERVAL_S
}

/** New instances since the first record; what the host counts would need the time before. */
function restarts(samples: readonly (NodePoint | null)[]): (number | null)[] {
  let count = 0
  let instance: string | null = null
  return samples.map((sample) => {
    if (!sample) return null
    if (instance !== null && sample.instance !== instance) count++
    instance = sample.instance
    return count
  })
}

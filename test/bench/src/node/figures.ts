import type { PhysicalBound } from '../bounds/bound.js'
import { measuredOnly } from '../figures.js'
import { BARE, MESH, type NodeRow, SOLO } from './rows.js'

const MB = 1e6

/** The highest of the samples, not their median: both goals say "at most". */
export function nodeFigures(rows: readonly NodeRow[]): Record<string, number> {
  const of = (name: string) => rows.find((row) => row.name === name)
  const megabytes = (name: string) => (of(name)?.rssMaxBytes ?? Number.NaN) / MB
  return measuredOnly([
    ['soloRssMB', megabytes(SOLO)],
    ['soloLoopDelayP99Ms', of(SOLO)?.loopDelayP99Ms],
    ['meshRssMB', megabytes(MESH)],
    ['meshLoopDelayP99Ms', of(MESH)?.loopDelayP99Ms],
  ])
}

/** A process of this runtime is never smaller. */
export function nodeBounds(rows: readonly NodeRow[]): PhysicalBound[] {
  const rssOf = (name: string) => (rows.find((row) => row.name === name)?.rssBytes ?? 0) / MB
  if (rssOf(BARE) === 0 || rssOf(SOLO) === 0) return []
  const how = 'resident memory of an idle process of the same runtime'
  return [{ name: 'memory of one node', value: rssOf(BARE), unit: 'MB', measured: rssOf(SOLO), how }]
}

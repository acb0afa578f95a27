import type { Drill, RunData } from '../../src/analysis/run-data.js'
import { AWAY, type Change, INTERVAL_MS, LABELS, START_MS } from './run-data.js'

export const builds = (revision: string): Record<string, Change> =>
  Object.fromEntries(LABELS.map((label) => [label, () => ({ build: `0.1.0+${revision}` })]))
export const at = (poll: number) => START_MS + poll * INTERVAL_MS
export const away =
  (first: number, last: number): Change =>
  (_, poll) =>
    poll >= first && poll <= last ? AWAY : {}

export function drill(extra: Partial<Drill>): Drill {
  return {
    id: 'drill',
    kind: 'kill',
    label: 'armenia',
    peer: null,
    window: 10,
    duration_s: 600,
    fromMs: at(4) - 10,
    toMs: at(6),
    ...extra,
  }
}

export function withDrills(data: RunData, drills: readonly Drill[]): RunData {
  const planned = drills.map(({ fromMs: _from, toMs: _to, ...plan }) => plan)
  return { ...data, drills, run: { ...data.run, drills: planned } }
}

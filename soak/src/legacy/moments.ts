import type { Poll, Sample } from '../analysis/run-data.js'
import { blankSample } from './sample.js'
import type { Snapshot } from './snapshot-schema.js'

/** Bytes of what `free -m` and the seed call MB. */
const MB_BYTES = 2 ** 20

/** Windows of all nodes at one moment of a transcription. */
export interface Moment {
  readonly seq: number
  readonly tsMs: number
  readonly windows: ReadonlyMap<string, number>
}

/** Sections 1 and 3 of the seed, of which only the order is known; both happened while the text was made (Q10). */
export function momentsOf(snapshot: Snapshot, firstSeq: number): Moment[] {
  const tsMs = Date.parse(snapshot.taken_at)
  return [snapshot.state, snapshot.convergence.rows].map((table, i) => ({
    ...{ seq: firstSeq + i, tsMs },
    windows: new Map(table.map(({ label, window }) => [label, window])),
  }))
}

export function pollOfMoment({ seq, tsMs, windows }: Moment): Poll {
  const headWindow = highest(windows)
  const headLabel = [...windows].find(([, window]) => window === headWindow)?.[0] ?? null
  return { seq, tsMs, slot: null, headWindow, headLabel, commonWindow: null, skewMs: null }
}

/** Phase, start and resources were printed once and are given to both moments. */
export function sampleOfMoment(label: string, { seq, tsMs, windows }: Moment, snapshot: Snapshot): Sample {
  const window = windows.get(label) ?? null
  const head = highest(windows)
  return {
    ...blankSample(seq, tsMs),
    ...{ reachable: window !== null, error: window === null ? 'not in the table' : null, window },
    lag: head === null || window === null ? null : head - window,
    ...stateOf(label, tsMs, snapshot),
    ...resourcesOf(label, snapshot),
  }
}

function stateOf(label: string, tsMs: number, { state }: Snapshot): Partial<Sample> {
  const row = state.find((candidate) => candidate.label === label)
  if (!row) return {}
  const startMs = Date.parse(row.up_since)
  return { phase: row.phase, startMs, uptimeS: (tsMs - startMs) / 1000, load1: row.load1 }
}

function resourcesOf(label: string, { resources }: Snapshot): Partial<Sample> {
  const row = resources.find((candidate) => candidate.label === label)
  if (!row) return {}
  return {
    cores: row.cores,
    memTotal: row.mem_total_mb * MB_BYTES,
    memUsed: row.mem_used_mb * MB_BYTES,
    swapUsed: row.swap_used_mb * MB_BYTES,
    rss: row.rss_mb * MB_BYTES,
  }
}

function highest(windows: ReadonlyMap<string, number>): number | null {
  return windows.size === 0 ? null : Math.max(...windows.values())
}

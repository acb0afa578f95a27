import { ConfigError } from '@montana/foundation'
import type { Drill } from '../../analysis/run-data.js'
import type { SoakRecord } from '../../record/schema.js'
import { readRunDocument } from '../../run/read.js'
import type { DrillEvent, PlannedDrill, RunDocument } from '../../run/schema.js'

const MS_PER_S = 1000

export interface LoadedRun {
  readonly run: RunDocument
  readonly path: string
  readonly sha256: string
}

/** The run document beside a soak file; undefined where there is none. Throws {@link ConfigError} for one that is broken. */
export async function loadRun(soakPath: string): Promise<LoadedRun | undefined> {
  const stored = await readRunDocument(soakPath)
  if (!stored) return undefined
  const { document, path, sha256 } = stored
  if (document) return { run: document, path, sha256 }
  throw new ConfigError(`run document ${path} is not one`, {
    field: 'run',
    remedy: 'restore the file as it was written at the start of the run',
  })
}

/** What is known of a run that declared nothing: the records say who was asked and how often, and nothing is claimed. */
export function undeclaredRun(first: SoakRecord | undefined, thresholds: RunDocument['thresholds']): RunDocument {
  const labels = first?.nodes.map(({ label, host }) => ({ label, host })) ?? []
  const interval_ms = first?.interval_ms ?? 1
  return {
    schema: 'montana.run/1',
    run_id: first?.run_id ?? 'none',
    created_at: first?.ts ?? new Date(0).toISOString(),
    ...{ interval_ms, deadline_ms: interval_ms, time_scale: 1, nodes: labels, collector_node: null, pq_only: true },
    ...{ thresholds, claims: [], drills: [] },
  }
}

/** Drills that began, with their true times: the last that was written of each. Pure. */
export function happenedOf({ drills }: RunDocument, events: readonly DrillEvent[]): Drill[] {
  const last = new Map(events.map((event) => [event.id, event]))
  return drills.flatMap((drill) => {
    const event = last.get(drill.id)
    return event ? [{ ...drill, ...timesOf(drill, event) }] : []
  })
}

/** A node needs time to come back; beyond that a drill excuses no more than was declared. */
const RETURN_MS = 60_000

function timesOf({ duration_s }: PlannedDrill, { from, to }: DrillEvent): Pick<Drill, 'fromMs' | 'toMs'> {
  const fromMs = Date.parse(from)
  if (duration_s === null) return { fromMs, toMs: to === null ? null : Date.parse(to) }
  const latestMs = fromMs + duration_s * MS_PER_S + RETURN_MS
  return { fromMs, toMs: Math.min(to === null ? latestMs : Date.parse(to), latestMs) }
}

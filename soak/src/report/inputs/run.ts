import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { ConfigError, errorCode } from '@montana/foundation'
import type { Drill } from '../../analysis/run-data.js'
import type { SoakRecord } from '../../record/schema.js'
import {
  type DrillEvent,
  drillEventSchema,
  type PlannedDrill,
  type RunDocument,
  runDocumentSchema,
} from '../../run/schema.js'

const MS_PER_S = 1000

export interface LoadedRun {
  readonly run: RunDocument
  readonly sha256: string | null
}

/** The run document beside a soak file; undefined where there is none. Throws {@link ConfigError} for one that is broken. */
export async function loadRun(path: string): Promise<LoadedRun | undefined> {
  const bytes = await readOptional(path)
  if (!bytes) return undefined
  const parsed = runDocumentSchema.safeParse(parse(bytes.toString('utf8')))
  if (parsed.success) return { run: parsed.data, sha256: createHash('sha256').update(bytes).digest('hex') }
  const issue = parsed.error.issues[0]
  throw new ConfigError(`run document ${path}: ${issue?.path.join('.') || 'content'}: ${issue?.message}`, {
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

/** Drills that began, with their true times; lines that are no events are left out and counted. */
export async function loadDrills(path: string, { drills }: RunDocument): Promise<{ drills: Drill[]; bad: number }> {
  const text = (await readOptional(path))?.toString('utf8') ?? ''
  const events = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => drillEventSchema.safeParse(parse(line)).data)
  const known = events.filter((event): event is DrillEvent => event !== undefined)
  const last = new Map(known.map((event) => [event.id, event]))
  const happened = drills.flatMap((drill) => {
    const event = last.get(drill.id)
    if (!event) return []
    return [{ ...drill, ...timesOf(drill, event) }]
  })
  return { drills: happened, bad: events.length - known.length }
}

/** A node needs time to come back; beyond that a drill excuses no more than was declared. */
const RETURN_MS = 60_000

function timesOf({ duration_s }: PlannedDrill, { from, to }: DrillEvent): Pick<Drill, 'fromMs' | 'toMs'> {
  const fromMs = Date.parse(from)
  if (duration_s === null) return { fromMs, toMs: to === null ? null : Date.parse(to) }
  const latestMs = fromMs + duration_s * MS_PER_S + RETURN_MS
  return { fromMs, toMs: Math.min(to === null ? latestMs : Date.parse(to), latestMs) }
}

async function readOptional(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

import { ConfigError, canonicalJson, formatTime } from '@montana/foundation'
import { deadlines, type PollerOptions } from '../options.js'
import { loadThresholds } from '../thresholds/load.js'
import { type RunDocument, runDocumentSchema } from './schema.js'
import type { RunSettings } from './settings.js'

export interface RunDeclaration {
  readonly runId: string
  readonly createdAtMs: number
  readonly intervalMs: number
  readonly options: Pick<PollerOptions, 'nodes' | 'deadlineMs'>
  readonly settings: RunSettings
}

/** The document of a run that is about to begin. Throws {@link ConfigError} for settings that contradict each other. */
export async function runDocument(declaration: RunDeclaration): Promise<RunDocument> {
  const { runId, createdAtMs, intervalMs, options, settings } = declaration
  checkLabels(settings, options.nodes)
  const { thresholds, sha256 } = await loadThresholds(settings.thresholds)
  return runDocumentSchema.parse({
    schema: 'montana.run/1',
    run_id: runId,
    created_at: formatTime(createdAtMs),
    interval_ms: intervalMs,
    deadline_ms: Math.round(deadlines(options, intervalMs).probeMs),
    time_scale: settings.time_scale ?? 1,
    nodes: options.nodes.map(({ label, host }) => ({ label, host: host ?? label })),
    collector_node: settings.collector_node,
    pq_only: settings.pq_only,
    thresholds: { version: thresholds.version, sha256 },
    claims: settings.claims,
    drills: settings.drills,
  })
}

/** A run is judged by what was said before it began: another declaration belongs to another run. */
export function checkSameRun(declared: RunDocument, wanted: RunDocument, file: string): void {
  const key = FIXED.find((name) => canonicalJson(declared[name]) !== canonicalJson(wanted[name]))
  if (key === undefined) return
  throw new ConfigError(`${key} differs from what ${file} declared before the run began`, {
    code: 'SOAK_RUN_CHANGED',
    field: key,
    remedy: 'restore it, or begin a new run with another --path',
  })
}

/** Not the thresholds: a newer build brings newer ones, and the run keeps those that it named. */
const FIXED = [
  ...(['interval_ms', 'deadline_ms', 'time_scale', 'nodes', 'collector_node', 'pq_only'] as const),
  ...(['claims', 'drills'] as const),
] as const

function checkLabels({ collector_node, drills }: RunSettings, nodes: PollerOptions['nodes']): void {
  const labels = new Set(nodes.map(({ label }) => label))
  const unknown = (label: string | null) => label !== null && !labels.has(label)
  const named = [
    ['collector_node', collector_node] as const,
    ...drills.flatMap(({ label, peer }, index) => [
      [`drills.${index}.label`, label] as const,
      [`drills.${index}.peer`, peer] as const,
    ]),
  ]
  const wrong = named.find(([, label]) => unknown(label))
  if (wrong) throw wrongLabel(wrong[0], `'${wrong[1]}' is no node of this run`, `use one of ${[...labels].join(', ')}`)
  const ids = drills.map(({ id }) => id)
  const twice = ids.find((id, index) => ids.indexOf(id) !== index)
  if (twice !== undefined) throw wrongLabel('drills', `has the id '${twice}' twice`, 'give each drill an id of its own')
}

function wrongLabel(field: string, fault: string, remedy: string): ConfigError {
  return new ConfigError(`${field} ${fault}`, { field, remedy })
}

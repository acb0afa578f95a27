import { createHash } from 'node:crypto'
import { formatTime } from '@montana/foundation'
import { isAddress } from '../address.js'
import { boundsOf } from '../analysis/bounds.js'
import type { RunData } from '../analysis/run-data.js'
import { DEFAULT_INTERVAL_MS, PROBE_DEADLINE_MAX_MS } from '../constants.js'
import type { RunDocument } from '../run/schema.js'
import type { JoinedRecord } from './joiner.js'
import { labelsOf, nodeDataOf, type PlacedRecord, pollOf } from './nodes.js'
import type { LegacyOptions } from './options.js'
import { type LineCounts, qualityOf } from './quality.js'
import type { ReportInput } from './scan.js'
import { unknownOfRecords } from './unknown.js'

/** Rebuilt records as the rules see them. Pure. */
export function legacyRunData(
  joined: readonly JoinedRecord[],
  counts: LineCounts,
  inputs: readonly ReportInput[],
  options: LegacyOptions,
): { data: RunData; unknown: string[] } {
  const records = placedRecords(joined, options)
  const labels = labelsOf(records)
  const run = runDocument(records, labels, inputs, options)
  const times = boundsOf(records.flatMap(({ tsMs }) => tsMs ?? []))
  const data: RunData = {
    ...{ run, drills: [], digests: [], priorPasses: [] },
    fromMs: times?.least ?? null,
    toMs: times?.most ?? null,
    polls: records.map(pollOf),
    nodes: labels.map((label) => nodeDataOf(label, records)),
    quality: qualityOf(records, counts, run.claims, run.interval_ms),
  }
  return { data, unknown: unknownOfRecords(data, options.clock) }
}

/** Position is all the sequence there is; times are those of the records, else those that the user vouches for. */
function placedRecords(joined: readonly JoinedRecord[], { clock }: LegacyOptions): PlacedRecord[] {
  return joined.map(({ record }, seq) => {
    const vouched = clock ? clock.startMs + seq * clock.intervalMs : null
    return { seq, record: withNames(record), tsMs: record.tsMs ?? vouched }
  })
}

/** Reports name nodes by label; a label that is an address gives way to a number (spec operations 1). */
function withNames(record: PlacedRecord['record']): PlacedRecord['record'] {
  const nodes = record.nodes.map((node, i) => (isAddress(node.label) ? { ...node, label: `node-${i + 1}` } : node))
  return { ...record, nodes }
}

function runDocument(
  records: readonly PlacedRecord[],
  labels: readonly string[],
  inputs: readonly ReportInput[],
  options: LegacyOptions,
): RunDocument {
  const firstMs = records.find(({ tsMs }) => tsMs !== null)?.tsMs ?? options.judgedAtMs
  return {
    schema: 'montana.run/1',
    run_id: runIdOf(inputs),
    created_at: formatTime(firstMs),
    interval_ms: options.clock?.intervalMs ?? DEFAULT_INTERVAL_MS,
    deadline_ms: PROBE_DEADLINE_MAX_MS,
    time_scale: 1,
    nodes: labels.map((label) => ({ label, host: hostOf(label, records) })),
    collector_node: null,
    pq_only: true,
    thresholds: options.thresholds,
    claims: [...(options.claims ?? [])],
    drills: [],
  }
}

/** Old files name no run; their bytes do. */
function runIdOf(inputs: readonly ReportInput[]): string {
  const hash = createHash('sha256')
  for (const { sha256 } of inputs) hash.update(sha256)
  return `legacy-${hash.digest('hex').slice(0, 12)}`
}

/** The host that the file names, unless that is an address. */
function hostOf(label: string, records: readonly PlacedRecord[]): string {
  const nodes = records.flatMap(({ record }) => record.nodes.filter((node) => node.label === label))
  return nodes.flatMap(({ host }) => (host && !isAddress(host) ? [host] : []))[0] ?? label
}

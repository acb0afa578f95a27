import { basename } from 'node:path'
import { z } from 'zod'
import { isAddress } from '../address.js'
import { loadJson } from '../files/load-json.js'
import * as shape from '../probe/shapes.js'
import { COMPONENTS } from '../run/components.js'
import type { ReportInput } from './scan.js'

const { count, measured, text, time } = shape
/** Labels are published, addresses are not: spec operations 1. */
const label = text.min(1).refine((name) => !isAddress(name), { error: 'is an address' })
/** A cell as printed, a line break inside included. */
const cell = z.string().max(64)
const line = z.string().max(2048)
const rows = <T extends z.ZodType>(row: T) => z.array(row).max(shape.LIST_MAX)
const seconds = z.number().positive()

const stateRow = z.object({ label, phase: text, window: count, up_since: time, load1: measured })
const heartbeatRow = z.object({ label, ok: cell, errors: cell, closed: cell })
const convergenceRow = z.object({ label, window: count, lag: z.int() })
const resourceRow = z.object({
  label,
  cores: count,
  mem_total_mb: count,
  mem_used_mb: count,
  swap_used_mb: count,
  rss_mb: count,
})
const errorNode = z.object({ label, lines: rows(z.object({ count: count.positive(), text: line })) })
/** `row`: which of the rows of spec operations 8 the component is. */
const verdictRow = z.object({ component: text, row: z.enum(COMPONENTS).nullable(), state: z.string().max(1024) })

/** `montana.snapshot/1`, a transcription of the tables of a retrospective like the seed's: spec operations 3.8. */
export const snapshotSchema = z.object({
  schema: z.literal('montana.snapshot/1'),
  taken_at: time,
  orchestrator: label,
  /** The text says that nothing but post-quantum handshakes is in use. */
  pq_only: z.boolean(),
  /** Section 1. */
  state: rows(stateRow).min(1),
  /** Section 2: counts of so many seconds up to `taken_at`, and what the text expects of them. */
  heartbeats: z.object({ window_s: seconds, expected: count, claim: line, rows: rows(heartbeatRow) }),
  /** Section 3, later than section 1. */
  convergence: z.object({ reference: label, rows: rows(convergenceRow) }),
  /** Section 4. */
  resources: rows(resourceRow),
  /** Section 5: counted lines of so many seconds up to `taken_at`. */
  errors: z.object({ span_s: seconds, nodes: rows(errorNode) }),
  /** Section 6: what the text says of the soak file, and its last lines as printed. */
  soak: z.object({
    interval_s: seconds,
    claimed_records: count,
    claimed_span_s: seconds,
    claim: line,
    last_lines: z.array(line).max(64),
  }),
  /** Section 7. */
  verdict: z.object({ rows: rows(verdictRow), closing: line }),
})

export type Snapshot = z.infer<typeof snapshotSchema>

/** JSON Schema (2020-12) of a transcription. */
export function snapshotJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(snapshotSchema, { io: 'input' }) as Record<string, unknown>
  return { ...schema, title: 'montana.snapshot/1', description: 'A transcription of the tables of a retrospective' }
}

/** Reads and checks a transcription. Throws ConfigError, which names the field at fault. */
export async function loadSnapshot(file: string): Promise<{ snapshot: Snapshot; input: ReportInput }> {
  const remedy = 'name a transcription in the form montana.snapshot/1'
  const loaded = await loadJson({ file, field: 'legacy-snapshot', schema: snapshotSchema, remedy })
  const { value: snapshot, sha256 } = loaded
  const at = snapshot.taken_at
  return { snapshot, input: { kind: 'snapshot', file: basename(file), sha256, lines: null, from: at, to: at } }
}

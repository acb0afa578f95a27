import { z } from 'zod'
import * as shape from '../probe/shapes.js'

const { count, hex32, measured, text, time } = shape
const { strictObject } = z

const commonSchema = strictObject({
  header_hash: hex32.nullable(),
  state_root: hex32.nullable(),
  /** Why the hashes are null. */
  reason: z.enum(['common_out_of_range', 'unreachable']).nullable(),
})

const counters = { hb_5m: count.nullable(), err_5m: count.nullable(), closed_5m: count.nullable() }

/** One node in one poll; what could not be measured is null (spec operations 3.3, 3.4). */
export const soakNodeSchema = strictObject({
  label: text,
  host: text,
  reachable: z.boolean(),
  error: strictObject({ code: text, text: text }).nullable(),
  probe_ms: z.number(),
  sampled_at: time.nullable(),
  clock_offset_ms: measured,
  clock_error_ms: measured,
  time: strictObject(shape.timeShape).nullable(),
  build: strictObject(shape.buildShape).nullable(),
  manifest: strictObject(shape.documentShape).nullable(),
  roster: strictObject(shape.documentShape).nullable(),
  proc: strictObject(shape.procShape).nullable(),
  phase: text.nullable(),
  window: count.nullable(),
  header_hash: hex32.nullable(),
  state_root: hex32.nullable(),
  common: commonSchema,
  lag: count.nullable(),
  D: count.nullable(),
  clock: strictObject(shape.clockShape).nullable(),
  peers: z
    .array(strictObject({ ...shape.peerShape, handshakes: strictObject(shape.handshakesShape) }))
    .max(shape.LIST_MAX)
    .nullable(),
  proposals: strictObject(shape.proposalsShape).nullable(),
  res: strictObject({ ...shape.resShape, psi: strictObject(shape.psiShape), steal_pct: measured }).nullable(),
  jobs: z.array(strictObject(shape.jobShape)).max(shape.LIST_MAX).nullable(),
  degraded: z.array(text).max(shape.LIST_MAX).nullable(),
  active: text,
  ...counters,
  span_s: measured,
  span_reason: z.enum(['first', 'restarted', 'gap', 'unreachable']).nullable(),
})

function haveOwnLabels(nodes: readonly { readonly label: string }[]): boolean {
  return new Set(nodes.map(({ label }) => label)).size === nodes.length
}

/** `montana.soak/1`, one line of the soak file: spec operations 3.3. Unknown keys are errors. */
export const soakRecordSchema = strictObject({
  schema: z.literal('montana.soak/1'),
  run_id: text.min(1),
  seq: count,
  slot: count,
  ts: time,
  mono_ms: z.number(),
  interval_ms: count.positive(),
  late: z.boolean(),
  repaired_bytes: count,
  collector: strictObject({
    host: text,
    build: strictObject(shape.buildShape).nullable(),
    boot_id: text.nullable(),
    disk_free: count.nullable(),
    inodes_free: count.nullable(),
    config_sha256: hex32,
  }),
  prev: hex32,
  head: strictObject({ label: text, window: count }).nullable(),
  common_window: count.nullable(),
  skew_ms: measured,
  nodes: z.array(soakNodeSchema).min(1).refine(haveOwnLabels, 'two nodes have one label'),
})

export type SoakRecord = z.infer<typeof soakRecordSchema>
export type SoakNode = z.infer<typeof soakNodeSchema>

/** JSON Schema (2020-12) of one line of the soak file. */
export function soakRecordJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(soakRecordSchema) as Record<string, unknown>
  return { ...schema, title: 'montana.soak/1', description: 'One line of the soak file' }
}

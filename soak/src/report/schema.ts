import { z } from 'zod'

const { strictObject } = z
const text = z.string()
const count = z.int().nonnegative()
const hex32 = z.string().regex(/^[0-9a-f]{64}$/)
const time = z.iso.datetime({ precision: 3 })
const measured = z.number().nullable()

export const SEVERITIES = ['critical', 'warning', 'info'] as const
export const VERDICTS = ['PASS', 'FAIL', 'INSUFFICIENT', 'N-A'] as const
const verdict = z.enum(VERDICTS)

/** One finding: spec operations 5. `key` names this occurrence within the report. */
export const findingSchema = strictObject({
  key: text,
  id: z.string().regex(/^F-[A-Z-]+$/),
  severity: z.enum(SEVERITIES),
  node: text.nullable(),
  peer: text.nullable(),
  from: time.nullable(),
  to: time.nullable(),
  value: z.union([z.number(), text]).nullable(),
  threshold: z.union([z.number(), text]).nullable(),
  evidence: z.array(text),
  /** Key of the finding that is its cause. */
  explained_by: text.nullable(),
  /** Id of the declared drill that it belongs to. */
  drill: text.nullable(),
  text,
  remedy: text,
})

export const rowSchema = strictObject({
  component: text,
  claim: text,
  verdict,
  evidence: z.array(text),
  /** Keys of the findings that touch it. */
  findings: z.array(text),
  /** What the verdict rests on, in words; never empty unless PASS. */
  reasons: z.array(text),
})

const inputSchema = strictObject({
  kind: z.enum([
    'soak',
    'run',
    'drills',
    'segments',
    'digest',
    'evidence',
    'claims',
    'thresholds',
    'snapshot',
    'report',
  ]),
  /** Name without folders. */
  file: text,
  sha256: hex32,
  lines: count.nullable(),
  from: time.nullable(),
  to: time.nullable(),
})

const stateRow = strictObject({
  label: text,
  reachable: z.boolean(),
  phase: text.nullable(),
  window: measured,
  up_since: time.nullable(),
  uptime_s: measured,
  restarts: measured,
  load1: measured,
  build: text.nullable(),
  manifest_sha256: hex32.nullable(),
  peers_connected: measured,
  peers_total: measured,
  clock_offset_ms: measured,
  clock_error_ms: measured,
})

const heartbeatRow = strictObject({
  label: text,
  peer: text.nullable(),
  sent: measured,
  ok: measured,
  timeout: measured,
  failed: measured,
  expected: measured,
  ratio: measured,
  rtt_p50_ms: measured,
  rtt_p99_ms: measured,
  closed: measured,
  dial_err: measured,
  trusted: z.boolean(),
})

const convergenceRow = strictObject({
  label: text,
  window: measured,
  lag: measured,
  header_hash: hex32.nullable(),
  state_root: hex32.nullable(),
  agrees: z.enum(['yes', 'no', 'unknown']),
  max_lag: measured,
  longest_stall_s: measured,
})

const slopeSchema = strictObject({ mib_per_h: z.number(), low: z.number(), high: z.number(), hours: z.number() })

const resourceRow = strictObject({
  label: text,
  cores: measured,
  mem_total: measured,
  mem_used: measured,
  swap_used: measured,
  swap_pct: measured,
  rss: measured,
  rss_slope: slopeSchema.nullable(),
  disk_free_pct: measured,
  inodes_free_pct: measured,
  psi_mem_full: measured,
  psi_cpu_some: measured,
  cg_current: measured,
  eld_p99_ms: measured,
})

const errorEntry = strictObject({
  unit: text.nullable(),
  code: text,
  priority: measured,
  count,
  first: time.nullable(),
  last: time.nullable(),
  sample: text,
})

const errorsSchema = strictObject({ label: text, entries: z.array(errorEntry), other: count, total: count })

const soakSchema = strictObject({
  expected: measured,
  valid: count,
  missing: measured,
  corrupt: count,
  duplicate: count,
  late: count,
  repaired: count,
  coverage: measured,
  gaps: z.array(strictObject({ from: time, to: time, missing: count })),
  defects: z.array(strictObject({ file: text, line: measured, seq: measured, kind: text })),
  last_seq: measured,
  last_sha256: hex32.nullable(),
  last: z.array(
    strictObject({
      seq: count,
      ts: time.nullable(),
      head: measured,
      reachable: count,
      nodes: count,
      max_lag: measured,
    }),
  ),
})

/** A line of a chart: at most 600 buckets of [time in s since the start of the chart, least, most]. */
const lineSchema = strictObject({ label: text, points: z.array(z.tuple([z.number(), z.number(), z.number()])) })
const seriesSchema = strictObject({ from: time, to: time, unit: text, lines: z.array(lineSchema) })

export const SERIES = ['lag', 'heartbeat_ratio', 'rss', 'restarts', 'coverage', 'rtt'] as const

const drillSchema = strictObject({
  id: text,
  kind: text,
  label: text,
  peer: text.nullable(),
  from: time.nullable(),
  to: time.nullable(),
  /** Keys of the findings that noticed it. */
  found: z.array(text),
})

/** `montana.report/1`; everything else that a report shows is rendered from this and from nothing else. */
export const reportSchema = strictObject({
  schema: z.literal('montana.report/1'),
  date: z.iso.date(),
  generated_at: time,
  orchestrator: text,
  verdict,
  closing: text,
  run_id: text.nullable(),
  span: strictObject({ from: time.nullable(), to: time.nullable(), seconds: measured }),
  /** Above 1: a compressed run, which proves the machinery and nothing about hours. */
  time_scale: z.number().positive(),
  config_sha256: hex32.nullable(),
  thresholds: strictObject({ version: text, sha256: hex32 }),
  summary: strictObject({ critical: count, warning: count, info: count, explained: count, drilled: count }),
  inputs: z.array(inputSchema),
  state: z.array(stateRow),
  heartbeats: z.array(heartbeatRow),
  convergence: strictObject({ common_window: measured, skew_ms: measured, rows: z.array(convergenceRow) }),
  resources: z.array(resourceRow),
  errors: z.array(errorsSchema),
  soak: soakSchema,
  rows: z.array(rowSchema),
  findings: z.array(findingSchema),
  drills: z.array(drillSchema),
  /** What the inputs could not tell. */
  unknown: z.array(text),
  series: z.partialRecord(z.enum(SERIES), seriesSchema),
  reproduction: strictObject({ command: text, build: text }),
})

export type Report = z.infer<typeof reportSchema>
export type Finding = z.infer<typeof findingSchema>
export type VerdictRow = z.infer<typeof rowSchema>
export type Verdict = (typeof VERDICTS)[number]
export type Severity = (typeof SEVERITIES)[number]
export type SeriesName = (typeof SERIES)[number]
export type Series = z.infer<typeof seriesSchema>

/** JSON Schema (2020-12) of `report.json`. */
export function reportJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(reportSchema) as Record<string, unknown>
  return { ...schema, title: 'montana.report/1', description: 'A retrospective as data' }
}

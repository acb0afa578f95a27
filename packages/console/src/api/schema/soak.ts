import { z } from 'zod'
import { SOAK_POINTS_DEFAULT, SOAK_POINTS_MAX } from '../../constants.js'
import { count, measured, text, time } from './shapes.js'

const { strictObject } = z
const series = z.array(measured)

export const soakQuerySchema = strictObject({
  limit: z
    .string()
    .regex(/^\d{1,6}$/)
    .transform(Number)
    .pipe(z.int().min(1).max(SOAK_POINTS_MAX))
    .default(SOAK_POINTS_DEFAULT)
    .meta({ description: 'records, the newest', type: 'integer', minimum: 1, maximum: SOAK_POINTS_MAX }),
})

export const runSchema = strictObject({
  runId: text,
  intervalMs: z.number().positive(),
  timeScale: measured.describe('above 1: compressed; null: not declared'),
  lastTs: time,
  records: count,
  head: count.nullable(),
}).describe('what the records say about the run, and what was declared before it where it has a run document')

export const coverageSchema = strictObject({
  from: time,
  to: time,
  expected: count,
  valid: count,
  isWholeRun: z.boolean().describe('false where older records of the run were left out'),
}).describe('of the records shown: slots with a record ÷ slots')

export const nodeSeriesSchema = strictObject({
  label: text,
  lag: series,
  rssBytes: series,
  ratio: series.describe('answered ÷ expected heartbeats to all peers over about a minute of connections'),
  restarts: series.describe('seen since the first record shown'),
})

export const seriesSchema = strictObject({
  t: z.array(z.number()).describe('seconds since the epoch'),
  nodes: z.array(nodeSeriesSchema),
}).describe('one entry per record in each list')

export const drillSchema = strictObject({
  id: text,
  kind: text,
  label: text,
  peer: text.nullable(),
  window: count.nullable(),
  durationS: measured,
  from: text.nullable().describe('null: has not begun'),
  to: text.nullable().describe('null with from: goes on'),
})

export const reportRowSchema = strictObject({
  component: text,
  claim: text,
  verdict: text,
  findings: count,
  reasons: z.array(text),
})

export const findingSchema = strictObject({
  id: text,
  severity: text,
  node: text.nullable(),
  peer: text.nullable(),
  from: text.nullable(),
  to: text.nullable(),
  text,
  remedy: text,
  explained: z.boolean().describe('a declared drill or another finding accounts for it'),
})

export const reportSchema = strictObject({
  readable: z.boolean(),
  verdict: text.nullable(),
  closing: text.nullable(),
  generatedAt: text.nullable(),
  summary: strictObject({ critical: count, warning: count, info: count, accounted: count })
    .nullable()
    .describe('open findings by severity, and those that a drill or another finding accounts for'),
  rows: z.array(reportRowSchema),
  findings: z.array(findingSchema).describe('open ones first, each part with the gravest first'),
  moreFindings: count.describe('findings left out of the list'),
  hasPage: z.boolean().describe('whether /report/report.html exists'),
}).describe('the latest report beside the soak file; null members where it cannot be read')

export const soakSchema = strictObject({
  exists: z.boolean().describe('false: there is no soak file yet'),
  run: runSchema.nullable(),
  coverage: coverageSchema.nullable(),
  chain: strictObject({ seq: count, sha256: text }).nullable(),
  corrupt: count.describe('lines among those read that are no records'),
  series: seriesSchema,
  drills: z.array(drillSchema),
  report: reportSchema.nullable(),
})

export const soakTickSchema = strictObject({ seq: count.nullable(), report: text.nullable() }).describe(
  'the event "soak": there is a new record, or a new report',
)

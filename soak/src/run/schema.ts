import { z } from 'zod'
import * as shape from '../probe/shapes.js'
import { COMPONENTS } from './components.js'

const { count, hex32, text, time } = shape
const { strictObject } = z

/** Faults that a run may plan: decisions, "Faults and drills". */
export const DRILL_KINDS = ['kill', 'pause', 'crash', 'partition', 'diskfull', 'clock', 'oldbuild'] as const
export type DrillKind = (typeof DRILL_KINDS)[number]

/** A fault declared before the run; when it really happened stands in the drill file. */
export const plannedDrillSchema = strictObject({
  id: text,
  kind: z.enum(DRILL_KINDS),
  label: text,
  /** Other end of a partition. */
  peer: text.nullable(),
  window: count.nullable(),
  /** Null: it does not end. */
  duration_s: z.number().positive().nullable(),
})

/** What a run says about one verdict row before it starts: a claim to be judged, or that the component is absent. */
export const claimSchema = strictObject({
  component: z.enum(COMPONENTS),
  state: z.enum(['claimed', 'absent']),
  claim: z.string().max(1024),
  /** Time that the claim covers, s; null where it covers none. */
  span_s: z.number().positive().nullable(),
})

/** `montana.run/1`, everything that decides how a run is judged, fixed before its first poll: spec operations 1. */
export const runDocumentSchema = strictObject({
  schema: z.literal('montana.run/1'),
  run_id: text.min(1),
  created_at: time,
  interval_ms: count.positive(),
  deadline_ms: count.positive(),
  /** Hours of the rules that pass in one hour of the run; above 1 the run is a compressed one. */
  time_scale: z.number().positive(),
  nodes: z.array(strictObject({ label: text, host: text })).min(1),
  /** Label of the node whose host keeps this file, where it is one of them. */
  collector_node: text.nullable(),
  pq_only: z.boolean(),
  thresholds: strictObject({ version: text, sha256: hex32 }),
  claims: z.array(claimSchema).max(shape.LIST_MAX),
  drills: z.array(plannedDrillSchema).max(shape.LIST_MAX),
})

/** One line of the drill file: the beginning of a drill (`to` null), and later the same with its end. */
export const drillEventSchema = strictObject({ id: text, from: time, to: time.nullable() })

export type RunDocument = z.infer<typeof runDocumentSchema>
export type PlannedDrill = z.infer<typeof plannedDrillSchema>
export type Claim = z.infer<typeof claimSchema>
export type DrillEvent = z.infer<typeof drillEventSchema>

/** JSON Schema (2020-12) of the file that declares a run. */
export function runJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(runDocumentSchema) as Record<string, unknown>
  return { ...schema, title: 'montana.run/1', description: 'What is fixed before a run begins' }
}

import { z } from 'zod'
import * as shape from '../probe/shapes.js'
import { counterOf } from './doubled.js'

const counter = z.unknown().optional().transform(counterOf)
/** Text that an old collector may have left out. */
const optionalText = shape.text.nullish().catch(null)

const nodeSchema = z.object({
  label: shape.text.min(1),
  host: optionalText,
  active: optionalText,
  window: counter,
  phase: optionalText,
  D: counter,
  hb_5m: counter,
  err_5m: counter,
  closed_5m: counter,
})

/** One record of a file in the seed's shape, after {@link markDoubled}; unknown fields are ignored. */
const recordSchema = z.object({
  ts: z.unknown().optional(),
  time: z.unknown().optional(),
  nodes: z.array(nodeSchema).min(1).max(shape.LIST_MAX),
})

export type LegacyNode = z.infer<typeof nodeSchema>

export interface LegacyRecord {
  /** Null: the record does not say when it was made. */
  readonly tsMs: number | null
  readonly nodes: readonly LegacyNode[]
}

/** Undefined for an object that is no record. */
export function legacyRecordOf(value: unknown): LegacyRecord | undefined {
  const { data } = recordSchema.safeParse(value)
  return data && { tsMs: timeOf(data.ts) ?? timeOf(data.time), nodes: data.nodes }
}

/** Undefined for an object that is no node. */
export function legacyNodeOf(value: unknown): LegacyNode | undefined {
  return nodeSchema.safeParse(value).data
}

/** Epoch seconds stay below this until the year 5138; epoch milliseconds passed it in 1973. */
const EPOCH_SECONDS_MAX = 1e11

/** Text needs a zone, since local times of an unknown host say nothing. */
const WITH_ZONE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/

function timeOf(value: unknown): number | null {
  if (typeof value === 'number' && value > 0) return value < EPOCH_SECONDS_MAX ? value * 1000 : value
  if (typeof value !== 'string' || !WITH_ZONE.test(value)) return null
  const ms = Date.parse(value)
  return Number.isNaN(ms) ? null : ms
}

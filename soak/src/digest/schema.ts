import { z } from 'zod'
import * as shape from '../probe/shapes.js'

const { count, text, time } = shape
const { strictObject } = z

const unitSchema = strictObject({
  unit: text,
  exits: count,
  restarts: count,
  timeouts: count,
  start_limit_hits: count,
})

export const digestEntrySchema = strictObject({
  /** Null for lines that no unit owns. */
  unit: text.nullable(),
  /** Code of our own lines, one of a small table for foreign ones, else `UNCODED`. */
  code: text,
  /** Syslog priority, 0 to 7; null where the source has none. */
  priority: z.int().min(0).max(7).nullable(),
  template: z.string().max(1024),
  count: count.positive(),
  /** Null where the source has no times. */
  first: time.nullable(),
  last: time.nullable(),
  sample: z.string().max(2048),
  /** Smallest and largest window number named by these lines; null where they name none. */
  window_min: count.nullable(),
  window_max: count.nullable(),
})

/** `montana.digest/1`, the log of one host by unit, code and template: spec operations 6. */
export const digestSchema = strictObject({
  schema: z.literal('montana.digest/1'),
  label: text,
  from: time.nullable(),
  to: time.nullable(),
  source: z.enum(['journald', 'file', 'legacy']),
  units: z.array(unitSchema).max(shape.LIST_MAX),
  entries: z.array(digestEntrySchema).max(shape.LIST_MAX),
  /** Lines without a unit. */
  unattributed: count,
  /** Lines that were left out: unreadable, or beyond the limits. */
  dropped: count,
})

export type Digest = z.infer<typeof digestSchema>
export type DigestEntry = z.infer<typeof digestEntrySchema>
export type DigestUnit = z.infer<typeof unitSchema>

/** JSON Schema (2020-12) of a digest. */
export function digestJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(digestSchema) as Record<string, unknown>
  return { ...schema, title: 'montana.digest/1', description: 'The log of one host by unit, code and template' }
}

import { z } from 'zod'
import * as shape from './shapes.js'

/** What the service manager of a node's host says about its unit: spec operations 3.7. */
export const unitSchema = z.object({
  ActiveState: shape.text,
  NRestarts: shape.count.nullable(),
  Result: shape.text.nullable(),
  /** When the main process was started. */
  start: shape.time.nullable(),
})

/** `montana.probe/1`, what the node side of the ssh transport prints; the status is checked where it is used. */
export const probeSchema = z.object({
  schema: z.literal('montana.probe/1'),
  /** Null where the node itself did not answer. */
  status: z.unknown(),
  error: z.object({ code: shape.text, text: shape.text }).nullable().default(null),
  /** Null where no service manager knows the unit. */
  unit: unitSchema.nullable(),
})

export type UnitFacts = z.infer<typeof unitSchema>
export type ProbeDocument = z.infer<typeof probeSchema>

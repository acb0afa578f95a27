import { z } from 'zod'
import * as shape from './shapes.js'

const { count, hex32, text, time } = shape

const windowSchema = z.object({ window: count, header_hash: hex32, state_root: hex32, at: time })

const peerSchema = z.object({ ...shape.peerShape, handshakes: z.object(shape.handshakesShape) })

/** A group that an older node may not have; its absence is recorded as null. */
function group<T extends z.ZodType>(schema: T) {
  return schema.nullable().default(null)
}

/** What this package reads of `montana.status/1`; fields that it does not know are ignored (spec operations 1, 2). */
export const statusSchema = z.object({
  schema: z.literal('montana.status/1'),
  sampled_at: time,
  build: group(z.object(shape.buildShape)),
  manifest: group(z.object(shape.documentShape)),
  roster: group(z.object(shape.documentShape)),
  proc: z.object(shape.procShape),
  phase: text,
  window: count,
  header_hash: hex32,
  state_root: hex32,
  recent: z.array(windowSchema).max(shape.LIST_MAX),
  at_window: windowSchema.nullable().default(null),
  D: count,
  clock: group(z.object(shape.clockShape)),
  peers: z.array(peerSchema).max(shape.LIST_MAX),
  proposals: group(z.object(shape.proposalsShape)),
  jobs: group(z.array(z.object(shape.jobShape)).max(shape.LIST_MAX)),
  res: group(z.object({ ...shape.resShape, psi: z.object(shape.psiShape), steal_pct: shape.measured })),
  time: group(z.object(shape.timeShape)),
  degraded: group(z.array(text).max(shape.LIST_MAX)),
})

export type StatusDocument = z.infer<typeof statusSchema>

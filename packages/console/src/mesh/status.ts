import { type NodeSource, shapes, statusSchema as soakStatus } from '@montana/soak/formats'
import { z } from 'zod'

const { count, measured, text } = shapes
const SHORT_LIST_MAX = 64
/** What a node raises about itself; the longest of today has 24. */
const code = z.string().max(64)
/** nɈ in decimal digits; 128 bits have 39. */
const amount = z.string().regex(/^\d{1,39}$/)

/** A group that an older node does not have. */
function group<T extends z.ZodType>(schema: T) {
  return schema.nullable().default(null)
}

/** What the page shows of `montana.status/1`, beyond what the watchdog records: spec operations 2. */
export const statusSchema = soakStatus.extend({
  degraded: group(z.array(code).max(shapes.LIST_MAX)),
  network: text.nullable().default(null),
  cemented_at: shapes.time.nullable().default(null),
  synced: group(z.boolean()),
  active_nodes: group(count),
  ...{ node_id: group(shapes.hex32), account_id: group(shapes.hex32), balance: group(amount), supply: group(amount) },
  ...{ node_table: group(count), account_table: group(count) },
  strangers: z
    .array(z.object({ peer_id: text, up_s: z.number().nonnegative(), heard_s: measured }))
    .max(shapes.LIST_MAX)
    .default([]),
  clock: group(z.object({ backend: text, steps_per_second: measured, load: measured.default(null) })),
  candidate: group(z.object({ windows_done: count, windows_required: count })),
  epoch: group(z.object({ next_selection: count })),
  vote: group(
    z.object({
      rule: text,
      round: count,
      sign_from: count.nullable(),
      proposer: text.nullable(),
      waits_for: z.array(text).max(SHORT_LIST_MAX),
    }),
  ),
  findings: z
    .array(z.object({ code, window: count.optional(), peer: text.optional() }))
    .max(shapes.LIST_MAX)
    .default([]),
})

export type Status = z.infer<typeof statusSchema>

/** One node as it was just now: its status, or why there is none. */
export type Sample =
  | { readonly source: NodeSource; readonly status: Status; readonly error: null }
  | {
      readonly source: NodeSource
      readonly status: null
      readonly error: { readonly code: string; readonly text: string }
    }

import { z } from 'zod'
import { LAYER_ORDER } from '../../queue/layer-order.js'

// What a page may rely on: spec repository-mirror 13 and 14.1. Times are milliseconds since the epoch, durations
// milliseconds; not known is null. Strict, so that a field that is not written down here fails in a test.

export const text = z.string()
export const ms = z.number().nonnegative()
export const names = z.array(text)
export const role = z.enum(['MASTER', 'SLAVE', 'TEMPORARY_MASTER'])
export const layerName = z.enum(LAYER_ORDER)
export const problem = z.strictObject({ code: text, message: text, remedy: text.nullable() })

export const outcome = z.enum([
  ...(['created', 'fast-forwarded', 'overwritten', 'rescued', 'equal'] as const),
  ...(['diverged', 'extra', 'rejected', 'hidden'] as const),
])

/** One ref of a try. */
export const ref = z.strictObject({
  ...{ ref: text, outcome, before: text.nullable(), after: text.nullable(), rescueRef: text.nullable() },
  ...{ ahead: z.int().nullable(), behind: z.int().nullable(), foreignAuthor: text.nullable() },
  code: text.optional().describe('why the target refused it'),
  message: text.nullable(),
})

export const check = z.strictObject({
  ...{ name: text, needed: text, granted: z.union([z.boolean(), z.literal('unknown')]), remedy: text.nullable() },
})

export const stepSchema = z.strictObject({
  kind: z.enum(['do', 'undo']),
  ...{ step: text, outcome: z.enum(['ok', 'failed']), code: text.nullable(), message: text.nullable() },
})

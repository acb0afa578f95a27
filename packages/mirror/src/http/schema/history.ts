import { z } from 'zod'
import { layerName, ms, ref, text } from './shapes.js'

const attempt = z.strictObject({
  ...{ id: z.int(), mirror: text, layer: layerName, startedAtMs: ms, endedAtMs: ms.nullable() },
  outcome: z.enum(['running', 'ok', 'failed', 'diverged', 'blocked', 'stuck', 'interrupted']),
  ...{ errorCode: text.nullable(), message: text.nullable(), refs: z.array(ref) },
  counts: z.record(text, z.number()),
})

/** The answer of `GET /api/mirrors/:id/history`, newest first. */
export const historySchema = z.strictObject({ attempts: z.array(attempt) })

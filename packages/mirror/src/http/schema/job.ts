import { z } from 'zod'
import type { JobView } from '../jobs.js'
import { addReportSchema, removeReportSchema, roleReportSchema } from './reports.js'
import { layerName, ms, problem, stepSchema, text } from './shapes.js'

const state = z.enum(['pending', 'running', 'done', 'blocked', 'failed', 'interrupted'])

/** The answer of `GET /api/mirrors/jobs/:jobId`. */
export const jobSchema = z.strictObject({
  jobId: z.uuid(),
  kind: z.enum(['sync', 'promote', 'demote', 'remove', 'add']),
  mirror: text.nullable().describe('whose role changes, or who goes'),
  ...{ atMs: ms, state },
  result: z.union([roleReportSchema, removeReportSchema, addReportSchema]).nullable(),
  error: problem.nullable(),
  steps: z.array(stepSchema).describe('of a role change, as far as it has come'),
  layers: z.array(
    z.strictObject({
      ...{ mirror: text, layer: layerName, state, nextMs: ms.nullable(), lastErrorCode: text.nullable() },
    }),
  ),
}) satisfies z.ZodType<JobView>

/** Of everything that goes on after it was answered. */
export const acceptedSchema = z.strictObject({ jobId: z.uuid() })

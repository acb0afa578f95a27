import { z } from 'zod'
import type { MirrorsView } from '../../view/types.js'
import type { MirrorsPage } from '../page.js'
import { jobSchema } from './job.js'
import { ms, role, text } from './shapes.js'
import { target } from './target.js'

const self = z.strictObject({
  ...{ repo: text.nullable(), role: role.nullable(), label: text, acts: z.boolean(), why: text },
})
const fence = z.strictObject({
  where: text.nullable().describe('name of the target that holds the record'),
  epoch: z.int().nullable(),
  state: z.enum(['active', 'promoting', 'handback-ready', 'draining', 'released']).nullable(),
  ...{ holder: text.nullable(), holderName: text.nullable(), recordAgeMs: ms.nullable() },
  permitLeftMs: ms.nullable().describe('at most; null where nobody needs a permit'),
  ...{ autoPromote: z.boolean(), holdUntilMs: ms.nullable(), paused: z.boolean() },
  problem: text.nullable().describe('why the record is not known'),
})
const writer = z.strictObject({ repo: text, role })
const signal = z.strictObject({
  name: z.enum(['lease', 'own heartbeat', 'primary heartbeat']),
  ...{ ageMs: ms.nullable(), state: z.enum(['young', 'stale', 'never']) },
})
const sentinel = z.strictObject({
  verdict: z.enum(['healthy', 'unhealthy', 'unknown']),
  ...{ observedMs: ms, signals: z.array(signal), count: z.int(), threshold: z.int(), sinceMs: ms.nullable() },
  earliestPromotionMs: ms.nullable(),
  trace: z.array(z.strictObject({ atMs: ms, verdict: text, explanation: text })).describe('oldest first'),
})
const count = z.int().nonnegative()

/** What is made from the parts alone. */
export const modelSchema = z.strictObject({
  ...{ nowMs: ms, enabled: z.boolean(), paused: z.boolean(), self, fence },
  twoWriters: z.tuple([writer, writer]).nullable(),
  queue: z.strictObject({ pending: count, running: count, blocked: count }),
  ...{ sentinel: sentinel.nullable(), mirrors: z.array(z.strictObject(target)) },
}) satisfies z.ZodType<MirrorsView>

/** The answer of `GET /api/mirrors`. */
export const viewSchema = modelSchema.extend({
  offers: z.strictObject({ add: z.boolean(), ssh: z.boolean(), hold: z.boolean() }),
  worker: z.enum(['here', 'elsewhere', 'nobody']).describe('who works off the queue now'),
  jobs: z.array(jobSchema).describe('what runs or waits, whoever asked for it'),
}) satisfies z.ZodType<MirrorsPage>

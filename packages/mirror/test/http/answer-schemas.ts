import { z } from 'zod'

// What a page may rely on: spec repository-mirror 13 and 14.1. Strict, so that a field that is not written down here fails.

const ms = z.number().nonnegative()
const text = z.string()
const role = z.enum(['MASTER', 'SLAVE', 'TEMPORARY_MASTER'])
const layerName = z.enum(['code', 'secrets', 'variables', 'workflows'])
const problem = z.strictObject({ code: text, message: text, remedy: text.nullable() })
const status = z.enum(['never', 'pending', 'running', 'ok', 'stale', 'failed', 'diverged', 'blocked', 'off'])
const outcome = z.enum([
  'created',
  'fast-forwarded',
  'overwritten',
  'rescued',
  'equal',
  'diverged',
  'extra',
  'rejected',
  'hidden',
])
const times = { status, lastSuccessMs: ms.nullable(), lastAttemptMs: ms.nullable(), error: problem.nullable() }
const drift = z.strictObject({ add: z.array(text), change: z.array(text), remove: z.array(text) })
const names = z.strictObject({ ...times, synced: z.int().nullable(), total: z.int().nullable(), drift })
const code = z.strictObject({
  ...times,
  commit: z
    .string()
    .regex(/^[0-9a-f]{40}$/)
    .nullable(),
  lagCommits: z.int().nullable(),
  lagMs: ms.nullable(),
  refs: z.partialRecord(outcome, z.int()),
})
const workflows = z.strictObject({ ...times, expected: z.record(text, text), actual: z.record(text, text) })
const action = z.strictObject({ enabled: z.boolean(), why: text.nullable() })
const actions = z.strictObject({
  ...{
    sync: action,
    test: action,
    resume: action,
    dropRescue: action,
    promote: action,
    demote: action,
    remove: action,
    recover: action,
    approve: action,
  },
})
const target = {
  id: text,
  type: z.enum(['github', 'git']),
  target: text.nullable(),
  webUrl: text.nullable(),
  enabled: z.boolean(),
  role: role.nullable(),
  label: text,
  health: z.enum(['ok', 'degraded', 'failed', 'unknown']),
  findings: z.array(problem),
  layers: z.strictObject({ code, secrets: names, variables: names, workflows }),
  credential: z.strictObject({ kind: z.enum(['none', 'token', 'app', 'ssh']), expiresMs: ms.nullable() }),
  nextRunMs: ms.nullable(),
  rescueRefs: z.array(text),
  approval: z
    .strictObject({ refs: z.array(z.strictObject({ ref: text, tip: text })), paths: z.array(text) })
    .nullable(),
  actions,
}
const ref = z.strictObject({
  ref: text,
  outcome,
  before: text.nullable(),
  after: text.nullable(),
  rescueRef: text.nullable(),
  ahead: z.int().nullable(),
  behind: z.int().nullable(),
  foreignAuthor: text.nullable(),
  code: text.optional(),
  message: text.nullable(),
})
const fence = z.strictObject({
  where: text.nullable(),
  epoch: z.int().nullable(),
  state: z.enum(['active', 'promoting', 'handback-ready', 'draining', 'released']).nullable(),
  holder: text.nullable(),
  holderName: text.nullable(),
  recordAgeMs: ms.nullable(),
  permitLeftMs: ms.nullable(),
  autoPromote: z.boolean(),
  holdUntilMs: ms.nullable(),
  paused: z.boolean(),
  problem: text.nullable(),
})
const writer = z.strictObject({ repo: text, role })
const sentinel = z.strictObject({
  verdict: z.enum(['healthy', 'unhealthy', 'unknown']),
  observedMs: ms,
  signals: z.array(z.strictObject({ name: text, ageMs: ms.nullable(), state: z.enum(['young', 'stale', 'never']) })),
  count: z.int(),
  threshold: z.int(),
  sinceMs: ms.nullable(),
  earliestPromotionMs: ms.nullable(),
  trace: z.array(z.strictObject({ atMs: ms, verdict: text, explanation: text })),
})

const jobState = z.enum(['pending', 'running', 'done', 'blocked', 'failed', 'interrupted'])
export const jobSchema = z.strictObject({
  jobId: z.uuid(),
  kind: z.enum(['sync', 'promote', 'demote', 'remove', 'add']),
  mirror: text.nullable(),
  atMs: ms,
  state: jobState,
  result: z.unknown(),
  error: problem.nullable(),
  steps: z.array(
    z.strictObject({ kind: text, step: text, outcome: text, code: text.nullable(), message: text.nullable() }),
  ),
  layers: z.array(
    z.strictObject({
      mirror: text,
      layer: layerName,
      state: jobState,
      nextMs: ms.nullable(),
      lastErrorCode: text.nullable(),
    }),
  ),
})

/** What is made from the parts alone. */
export const modelSchema = z.strictObject({
  nowMs: ms,
  enabled: z.boolean(),
  paused: z.boolean(),
  self: z.strictObject({ repo: text.nullable(), role: role.nullable(), label: text, acts: z.boolean(), why: text }),
  fence,
  twoWriters: z.tuple([writer, writer]).nullable(),
  queue: z.strictObject({ pending: z.int(), running: z.int(), blocked: z.int() }),
  sentinel: sentinel.nullable(),
  mirrors: z.array(z.strictObject(target)),
})
/** The answer of `GET /api/mirrors`. */
export const viewSchema = modelSchema.extend({
  offers: z.strictObject({ add: z.boolean(), ssh: z.boolean(), hold: z.boolean() }),
  worker: z.enum(['here', 'elsewhere', 'nobody']),
  jobs: z.array(jobSchema),
})
export const targetSchema = z.strictObject({
  ...target,
  refs: z.array(ref),
  jobs: z.array(
    z.strictObject({
      layer: layerName,
      state: text,
      attempts: z.int(),
      nextMs: ms,
      reason: text,
      lastErrorCode: text.nullable(),
    }),
  ),
})
export const historySchema = z.strictObject({
  attempts: z.array(
    z.strictObject({
      id: z.int(),
      mirror: text,
      layer: layerName,
      startedAtMs: ms,
      endedAtMs: ms.nullable(),
      outcome: z.enum(['running', 'ok', 'failed', 'diverged', 'blocked', 'stuck', 'interrupted']),
      errorCode: text.nullable(),
      message: text.nullable(),
      refs: z.array(ref),
      counts: z.record(text, z.number()),
    }),
  ),
})

import { z } from 'zod'
import { layerName, ms, names, outcome, problem, ref, role, text } from './shapes.js'

const status = z.enum(['never', 'pending', 'running', 'ok', 'stale', 'failed', 'diverged', 'blocked', 'off'])
const times = {
  ...{ status, lastSuccessMs: ms.nullable(), lastAttemptMs: ms.nullable() },
  error: problem.nullable().describe('of the last try'),
}
const code = z.strictObject({
  ...times,
  commit: z
    .string()
    .regex(/^[0-9a-f]{40}$/)
    .nullable(),
  lagCommits: z.int().nullable(),
  lagMs: ms.nullable().describe('since it was last in step; 0 while it is'),
  refs: z.partialRecord(outcome, z.int()).describe('of the last try, by how they ended'),
})
const drift = z.strictObject({ add: names, change: names, remove: names })
const named = z.strictObject({ ...times, synced: z.int().nullable(), total: z.int().nullable(), drift })
const workflows = z.strictObject({
  ...times,
  expected: z.record(text, z.enum(['active', 'disabled'])).describe('by file'),
  actual: z.record(
    text,
    z.enum(['active', 'deleted', 'disabled_fork', 'disabled_inactivity', 'disabled_manually', 'absent']),
  ),
})
const action = z.strictObject({ enabled: z.boolean(), why: text.nullable().describe('why not') })
const actions = z.strictObject({
  ...{ sync: action, test: action, resume: action, dropRescue: action, promote: action, demote: action },
  ...{ remove: action, recover: action, approve: action },
})

/** A push that changes workflows and waits until somebody approves its tips. */
const approval = z.strictObject({ refs: z.array(z.strictObject({ ref: text, tip: text })), paths: names })

/** One target in the list. */
export const target = {
  id: text,
  type: z.enum(['github', 'git']),
  target: text.nullable().describe('owner/name, or the URL of an archive; null for one on a path'),
  ...{ webUrl: text.nullable(), enabled: z.boolean() },
  role: role.nullable().describe('as read back from it'),
  ...{ label: text, health: z.enum(['ok', 'degraded', 'failed', 'unknown']), findings: z.array(problem) },
  layers: z.strictObject({ code, secrets: named, variables: named, workflows }),
  credential: z.strictObject({ kind: z.enum(['none', 'token', 'app', 'ssh']), expiresMs: ms.nullable() }),
  ...{ nextRunMs: ms.nullable(), rescueRefs: names, approval: approval.nullable(), actions },
}

/** The answer of `GET /api/mirrors/:id`. */
export const targetSchema = z.strictObject({
  ...target,
  refs: z.array(ref).describe('of the last try of the code layer'),
  jobs: z.array(
    z.strictObject({
      ...{ layer: layerName, state: text, attempts: z.int(), nextMs: ms, reason: text },
      lastErrorCode: text.nullable(),
    }),
  ),
})

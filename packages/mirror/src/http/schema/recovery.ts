import { z } from 'zod'
import type { KeepReport } from '../../service/keep-tips.js'
import type { RecoveryReport } from '../../service/recovery.js'
import { ms, names, text } from './shapes.js'

const action = z.enum([
  ...(['none', 'create-on-primary', 'create-on-replica', 'forward-primary', 'forward-replica'] as const),
  ...(['merge', 'primary-tree', 'keep-primary', 'conflict', 'rescue-replica'] as const),
])
const step = z.strictObject({
  action,
  preserve: text.nullable().describe('tip that gets a rescue ref before anything moves'),
  conflicts: names.describe('files that both sides changed'),
})
const commit = z.strictObject({
  ...{ id: text, subject: text.nullable(), author: text.nullable(), atMs: ms.nullable() },
})
const side = z.strictObject({
  tip: text.nullable(),
  count: z.int().nullable().describe('commits that only this side has; null where they could not be had'),
  commits: z.array(commit).max(50).describe('newest first'),
})

/** Both histories of a target, and what would become of each ref. */
export const recoverySchema = z.strictObject({
  id: text,
  kind: z.enum(['hand-back', 'target']).describe('hand-back: the target is the temporary primary'),
  onRecovery: z.enum(['merge', 'rescue', 'manual']),
  epoch: z.int().nullable(),
  refs: z
    .array(
      z.strictObject({
        ...{ ref: text, primary: text.nullable(), replica: text.nullable() },
        merge: step.nullable().describe('null: not done by this tool'),
        ...{ rescue: step, onlyPrimary: side, onlyReplica: side },
      }),
    )
    .max(20)
    .describe('those that differ'),
  leftOut: z.int().describe('refs that differ and are not listed'),
  same: z.int(),
}) satisfies z.ZodType<RecoveryReport>

/** Of a dry run. */
export const keepSchema = z.strictObject({
  outcome: z.enum(['shown', 'accepted']),
  conditions: z.array(z.strictObject({ name: text, met: z.boolean(), why: text })),
}) satisfies z.ZodType<KeepReport>

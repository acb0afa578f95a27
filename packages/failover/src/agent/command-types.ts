import { z } from 'zod'

const reason = z.string().min(1).max(500)
const by = z.string().min(1).max(100)
const policy = z.string().regex(/^[a-z0-9-]{1,32}$/)
const host = z.string().regex(/^[a-z0-9-]{1,32}$/)

/** At most a day: spec three-mirror 10.4. */
export const PAUSE_MAX_MS = 24 * 3_600_000
export const PAUSE_DEFAULT_MS = 3_600_000

/** What an operator asks of an agent, over its socket or passed on by another agent. Spec three-mirror 3.2. */
export const agentCommandSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('promote'), policy, host: host.optional(), reason, by, isForced: z.boolean() }),
  z.strictObject({ kind: z.literal('step-down'), forMs: z.number().int().min(0).max(PAUSE_MAX_MS), reason, by }),
  z.strictObject({ kind: z.literal('pause'), forMs: z.number().int().min(1_000).max(PAUSE_MAX_MS), reason, by }),
  z.strictObject({ kind: z.literal('resume'), reason, by }),
])

export type AgentCommand = z.infer<typeof agentCommandSchema>

/** What became of it at once; whether a promotion comes about shows in the status. */
export type CommandResult =
  | { readonly accepted: true; readonly text: string }
  | { readonly accepted: false; readonly rule: string; readonly text: string }

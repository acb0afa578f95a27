import { z } from 'zod'
import { OPERATOR_MAX_CHARS } from '../core/constants.js'

/** Leaves room for what a handover says before it. Control characters would reach the terminals of others. */
const reason = z.string().regex(/^\P{Cc}{1,200}$/u, 'is not one line of 1 to 200 characters')
const by = z.string().min(1).max(OPERATOR_MAX_CHARS)
const policy = z.string().regex(/^[a-z0-9-]{1,32}$/)
const host = z.string().regex(/^[a-z0-9-]{1,32}$/)

/** At most a day: spec three-mirror 10.4. */
export const PAUSE_MAX_MS = 24 * 3_600_000
export const PAUSE_DEFAULT_MS = 3_600_000

function duration(minMs: number) {
  const error = `is not from ${minMs / 1000} s to 24 h`
  return z.number().int().min(minMs, { error }).max(PAUSE_MAX_MS, { error })
}

/** What an operator asks of an agent, over its socket or passed on by another agent. Spec three-mirror 3.2. */
export const agentCommandSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('promote'), policy, host: host.optional(), reason, by, isForced: z.boolean() }),
  z.strictObject({ kind: z.literal('step-down'), forMs: duration(0), reason, by }),
  z.strictObject({ kind: z.literal('pause'), forMs: duration(1_000), reason, by }),
  z.strictObject({ kind: z.literal('resume'), reason, by }),
])

export type AgentCommand = z.infer<typeof agentCommandSchema>

/** What became of it at once; whether a promotion comes about shows in the status. */
export type CommandResult =
  | { readonly accepted: true; readonly text: string }
  | { readonly accepted: false; readonly rule: string; readonly text: string }

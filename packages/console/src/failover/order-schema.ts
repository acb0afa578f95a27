import { z } from 'zod'
import { DURATION_MAX_MS } from './constants.js'

/** One line; control characters would reach the terminals of others. */
const reason = z.string().regex(/^\P{Cc}{1,200}$/u)
const name = z.string().regex(/^[a-z0-9-]{1,32}$/)
const duration = (minMs: number) => z.int().min(minMs).max(DURATION_MAX_MS)

interface Named {
  readonly host: string
  readonly confirm: string
}

/** What changes who leads is typed once more. */
const isConfirmed = ({ host, confirm }: Named) => host === confirm
const CONFIRM = { path: ['confirm'] }

/** `/api/failover/promote`: the policy moves to `host`, by a handover while a leader lives. */
export const promoteSchema = z
  .strictObject({ group: name, policy: name, host: name, confirm: name, reason, isForced: z.boolean().default(false) })
  .refine(isConfirmed, CONFIRM)

/** `/api/failover/step-down`: `host` gives up every role, and takes none for `forMs`. */
export const stepDownSchema = z
  .strictObject({ group: name, host: name, confirm: name, forMs: duration(0), reason })
  .refine(isConfirmed, CONFIRM)

/** `/api/failover/pause`: for the whole group. */
export const pauseSchema = z.strictObject({ group: name, forMs: duration(1_000), reason })

/** `/api/failover/resume`. */
export const resumeSchema = z.strictObject({ group: name, reason })

type Kinded<K, T> = { readonly kind: K } & T

export type Order =
  | Kinded<'promote', z.infer<typeof promoteSchema>>
  | Kinded<'step-down', z.infer<typeof stepDownSchema>>
  | Kinded<'pause', z.infer<typeof pauseSchema>>
  | Kinded<'resume', z.infer<typeof resumeSchema>>

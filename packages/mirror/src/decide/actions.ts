import type { Ledger } from '../contracts/config.js'
import { idOf } from './ledgers.js'

/** For effects that accept one: a receiver that knows the key has had the effect. Spec repository-mirror 9.2 rule 4. */
export function idempotencyKey(epoch: number, actionId: string): string {
  return `${epoch}:${actionId}`
}

/** Ids that a ledger's text records; unreadable entries name none. */
export function executedIds(text: string, { format, id }: Pick<Ledger, 'format' | 'id'>): Set<string> {
  const entries = format === 'ndjson' ? text.split('\n').map(parse) : parse(text)
  const list = Array.isArray(entries) ? entries : []
  return new Set(list.map((entry) => idOf(entry, id)).filter((found) => found !== null))
}

/** What is still to be done, each id once, in the given order: an action executed by either side is never executed again. */
export function pendingActions(planned: readonly string[], executed: ReadonlySet<string>): string[] {
  return [...new Set(planned)].filter((id) => !executed.has(id))
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

import { formatTime } from '@montana/foundation'
import { MAX_ENTRIES } from '../constants.js'
import { firstHead, type Issue, revise } from '../draft.js'
import { FleetError } from '../errors.js'
import { ROSTER_SCHEMA, type RosterDocument, type RosterEntry } from './form.js'

/** Version 1, unsigned, without entries. */
export function createRoster(network: string, issue: Issue): RosterDocument {
  return { schema: ROSTER_SCHEMA, ...firstHead(network, issue), entries: [], signatures: [] }
}

/**
 * What to sign next, with these entries. A key whose validity is over by then is revoked for good: an active one would
 * refuse the roster.
 */
export function reviseRoster(document: RosterDocument, entries: readonly RosterEntry[], issue: Issue): RosterDocument {
  const now = formatTime(issue.issuedAtMs)
  const retired = entries.map((entry): RosterEntry => (entry.valid_to <= now ? { ...entry, state: 'revoked' } : entry))
  return revise(document, { entries: retired }, issue)
}

/**
 * The entries with `entry` in it: that of its host with the same key is replaced. What the same node had in force until then ends where the
 * new one begins, so that its address changes hands at one instant. Throws DOC_INVALID over the limit.
 */
export function putEntry(entries: readonly RosterEntry[], entry: RosterEntry): RosterEntry[] {
  const ended = entries.map((other) => (other.label === entry.label ? endAt(other, entry) : other))
  const known = ended.findIndex(({ label, wg_pub }) => label === entry.label && wg_pub === entry.wg_pub)
  if (known >= 0) return ended.with(known, entry)
  if (entries.length >= MAX_ENTRIES) throw new FleetError('DOC_INVALID', `a roster has at most ${MAX_ENTRIES} entries`)
  return [...ended, entry]
}

function endAt(old: RosterEntry, { wg_pub, state, valid_from }: RosterEntry): RosterEntry {
  const isConcerned = old.state === 'active' && state === 'active' && old.wg_pub !== wg_pub
  if (!isConcerned || old.valid_to <= valid_from) return old
  // Its node signed another end. What would not have begun by then never does.
  return old.valid_from < valid_from ? { ...old, valid_to: valid_from, sig_node: null } : { ...old, state: 'revoked' }
}

/** Revokes every key of a node at once. Throws DOC_INVALID where there is nothing to revoke. */
export function revokeEntries(entries: readonly RosterEntry[], label: string): RosterEntry[] {
  if (!entries.some((entry) => entry.label === label && entry.state === 'active')) {
    throw new FleetError('DOC_INVALID', `no key of ${label} is active`, { field: 'label' })
  }
  return entries.map((entry) => (entry.label === label ? { ...entry, state: 'revoked' } : entry))
}

import type { RosterDocument, RosterEntry } from './form.js'

/** Whether a host authorises it at `nowMs` (wall clock). */
export function isInForce({ state, valid_from, valid_to }: RosterEntry, nowMs: number): boolean {
  return state === 'active' && Date.parse(valid_from) <= nowMs && nowMs < Date.parse(valid_to)
}

/** Whether there is an instant at which both are in force. */
export function meet(a: RosterEntry, b: RosterEntry): boolean {
  if (a.state !== 'active' || b.state !== 'active') return false
  return Date.parse(a.valid_from) < Date.parse(b.valid_to) && Date.parse(b.valid_from) < Date.parse(a.valid_to)
}

/** When the set of entries in force changes next, or the roster ends; wall clock. */
export function nextChangeMs({ entries, not_after }: RosterDocument, nowMs: number): number | null {
  const times = entries
    .filter(({ state }) => state === 'active')
    .flatMap(({ valid_from, valid_to }) => [Date.parse(valid_from), Date.parse(valid_to)])
  const coming = [...times, Date.parse(not_after)].filter((time) => time > nowMs)
  return coming.length === 0 ? null : Math.min(...coming)
}

import type { NamedSecret, NamedVariable } from '../contracts/provider.js'
import type { OwnedName } from '../contracts/store.js'
import { canonicalName } from '../decide/names.js'
import type { NamePlan } from '../decide/reconcile.js'
import type { NamesInit } from './names.js'

interface Confirmation extends NamesInit {
  readonly plan: NamePlan
  readonly values: ReadonlyMap<string, string>
  readonly listed: readonly (NamedSecret | NamedVariable)[]
}

/**
 * Counts the wanted names that a listing shows as wanted, and records the times that it tells, so that a later time is known
 * to be somebody else's.
 */
export function confirmNames(work: Confirmation): number {
  const entries = work.owned.all(work.mirror, work.names.kind)
  const owned = new Map(entries.map((entry) => [entry.name, entry]))
  const listed = new Map(work.listed.map((entry) => [canonicalName(entry.name), entry]))
  let confirmed = 0
  for (const name of [...work.plan.create, ...work.plan.update, ...work.plan.unchanged]) {
    const seen = listed.get(name)
    if (seen === undefined || !isAsWanted(work, name, seen, owned.get(name))) continue
    confirmed += 1
    record(work, name, seen, owned.get(name))
  }
  return confirmed
}

/** A secret shows no value: our own record of the last write stands for it. */
function isAsWanted(work: Confirmation, name: string, seen: NamedSecret | NamedVariable, known?: OwnedName): boolean {
  const value = work.values.get(name)
  if (value === undefined) return false
  return 'value' in seen ? seen.value === value : known?.mac === work.mac(name, value)
}

function record(work: Confirmation, name: string, seen: NamedSecret, known?: OwnedName): void {
  const mac = work.mac(name, work.values.get(name) ?? '')
  if (known?.remoteUpdatedAtMs === seen.updatedAtMs && known.mac === mac) return
  const origin = known?.origin ?? 'adopted'
  const { mirror, names } = work
  work.owned.put({ mirror, kind: names.kind, name, mac, origin, remoteUpdatedAtMs: seen.updatedAtMs })
}

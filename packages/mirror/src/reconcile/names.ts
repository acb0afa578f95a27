import type { SecretStore, VariableStore } from '../contracts/provider.js'
import type { LayerRecord } from '../contracts/store.js'
import { canonicalName, type KeptNames } from '../decide/names.js'
import { type NamePlan, planNames } from '../decide/reconcile.js'
import type { Finding } from './finding.js'
import { applyNames } from './names-apply.js'
import { confirmNames } from './names-confirm.js'
import type { OwnedNames } from './owned-names.js'

export type NameStore =
  | { readonly kind: 'secret'; readonly store: SecretStore }
  | { readonly kind: 'variable'; readonly store: VariableStore }

export interface NamesInit {
  /** `id` of the target. */
  readonly mirror: string
  readonly names: NameStore
  /** Values by name; '' asks for nothing, as if the name were absent. */
  readonly desired: ReadonlyMap<string, string>
  readonly kept: KeptNames
  readonly owned: OwnedNames
  /** Keyed MAC of a value by the name as the provider stores it; what is remembered of a secret. */
  readonly mac: (name: string, value: string) => string
  /** Plans and counts, writes nothing. */
  readonly dryRun?: boolean
}

export interface NamesReport {
  /** Of `total` wanted names, those that were read back as wanted. */
  readonly synced: number
  readonly total: number
  /** What was out of step when it began. */
  readonly drift: LayerRecord['drift']
  readonly findings: readonly Finding[]
}

/**
 * Brings the secrets or the variables of a target in step: plan from lists, one write after the other, each on record before
 * the next, and at the end a new listing that alone counts. Throws the first failure that would stop any write; what was
 * written until then is on record. Spec repository-mirror 8.1.
 */
export async function reconcileNames(init: NamesInit, signal: AbortSignal): Promise<NamesReport> {
  const { names, owned } = init
  const listed = await names.store.list(signal)
  const before = owned.all(init.mirror, names.kind)
  const values = canonicalValues(init.desired)
  const plan = planNames({ kind: names.kind, desired: comparable(init), kept: init.kept, listed, owned: before })
  if (init.dryRun) return report(plan, plan.unchanged.length, [])
  const refusals = await applyNames({ ...init, plan, values, before }, signal)
  const after = hasWrites(plan) ? await names.store.list(signal) : listed
  const confirmed = confirmNames({ ...init, plan, values, listed: after })
  return report(plan, confirmed, refusals)
}

/** What the plan compares: of a variable its value, of a secret its MAC. */
function comparable({ names, desired, mac }: NamesInit): ReadonlyMap<string, string> {
  if (names.kind === 'variable') return desired
  return new Map([...desired].map(([name, value]) => [name, value === '' ? '' : mac(canonicalName(name), value)]))
}

/** By name as the provider stores it; the first of two spellings counts. */
function canonicalValues(desired: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map([...desired].reverse().map(([name, value]) => [canonicalName(name), value]))
}

function hasWrites(plan: NamePlan): boolean {
  return plan.create.length + plan.update.length + plan.delete.length > 0
}

function report(plan: NamePlan, synced: number, refusals: readonly Finding[]): NamesReport {
  // What has no room on the target is wanted too: it counts as missing.
  const leftOut = plan.findings.filter(({ code }) => code === 'too-many-names').length
  return {
    synced,
    total: plan.create.length + plan.update.length + plan.unchanged.length + leftOut,
    drift: { add: plan.create, change: plan.update, remove: plan.delete },
    findings: [...plan.findings.map(({ code, message }) => ({ code, message, remedy: null })), ...refusals],
  }
}

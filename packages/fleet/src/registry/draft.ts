import { MAX_ENTRIES } from '../constants.js'
import { firstHead, type Issue, revise } from '../draft.js'
import { FleetError } from '../errors.js'
import { type HostDocument, REGISTRY_SCHEMA, type RegistryDocument, type WitnessDocument } from './form.js'

export interface RegistryDraftInit extends Issue {
  readonly network: string
  readonly hosts?: readonly HostDocument[]
  readonly witnesses?: readonly WitnessDocument[]
}

/** Version 1, unsigned. */
export function createRegistry({ network, hosts, witnesses, ...issue }: RegistryDraftInit): RegistryDocument {
  return {
    schema: REGISTRY_SCHEMA,
    ...firstHead(network, issue),
    hosts: [...(hosts ?? [])],
    witnesses: [...(witnesses ?? [])],
    signatures: [],
  }
}

/** What to sign next: see {@link revise}. */
export function reviseRegistry(
  document: RegistryDocument,
  change: Partial<Pick<RegistryDocument, 'hosts' | 'witnesses'>>,
  issue: Issue,
): RegistryDocument {
  return revise(document, change, issue)
}

/**
 * The hosts with `entry` in it; an entry of that name is replaced. Nothing is changed by adding an equal entry again.
 * Throws DOC_INVALID when the document would be over its limit.
 */
export function putHost(hosts: readonly HostDocument[], entry: HostDocument): HostDocument[] {
  const known = hosts.findIndex(({ name }) => name === entry.name)
  if (known >= 0) return hosts.with(known, entry)
  if (hosts.length >= MAX_ENTRIES) throw new FleetError('DOC_INVALID', `a registry has at most ${MAX_ENTRIES} hosts`)
  return [...hosts, entry]
}

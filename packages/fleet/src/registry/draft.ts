import { formatTime } from '@montana/foundation'
import { MAX_ENTRIES } from '../constants.js'
import { documentDigest } from '../document.js'
import { FleetError } from '../errors.js'
import { type HostDocument, REGISTRY_SCHEMA, type RegistryDocument, type WitnessDocument } from './form.js'

export interface RegistryDraftInit {
  readonly network: string
  readonly issuedAtMs: number
  readonly validMs: number
  readonly hosts?: readonly HostDocument[]
  readonly witnesses?: readonly WitnessDocument[]
}

/** Version 1, unsigned. */
export function createRegistry({
  network,
  issuedAtMs,
  validMs,
  hosts,
  witnesses,
}: RegistryDraftInit): RegistryDocument {
  return {
    schema: REGISTRY_SCHEMA,
    network,
    version: 1,
    issued_at: formatTime(issuedAtMs),
    not_after: formatTime(issuedAtMs + validMs),
    previous_sha256: null,
    hosts: [...(hosts ?? [])],
    witnesses: [...(witnesses ?? [])],
    signatures: [],
  }
}

/**
 * What to sign next. A signed document is the version before: the draft that follows it has a higher version, its digest
 * and no signatures. An unsigned one is only changed.
 */
export function reviseRegistry(
  document: RegistryDocument,
  change: Partial<Pick<RegistryDocument, 'hosts' | 'witnesses'>>,
  { issuedAtMs, validMs }: { readonly issuedAtMs: number; readonly validMs: number },
): RegistryDocument {
  const dates = { issued_at: formatTime(issuedAtMs), not_after: formatTime(issuedAtMs + validMs) }
  const isDraft = document.signatures.length === 0
  const [version, previous_sha256] = isDraft
    ? [document.version, document.previous_sha256]
    : [document.version + 1, documentDigest(document)]
  return { ...document, ...dates, ...change, version, previous_sha256, signatures: [] }
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

import { addressOfPublicKey } from '../address.js'
import { fromBase64 } from '../fields.js'
import type { VerifiedDocument } from '../verify.js'
import type { HostDocument, KeyType, RegistryDocument } from './form.js'

export interface RegisteredHost {
  readonly name: string
  /** What people call it; also its alias in lookups. */
  readonly label: string
  /** IP address or host name. */
  readonly address: string
  /** `mt…`, of its key: spec three-mirror 11.1. */
  readonly keyAddress: string
  readonly keyType: KeyType
  /** Raw: 1952 bytes, or 32 of an entry of the older registry. */
  readonly publicKey: Uint8Array
  readonly domainOfFailure: Readonly<Record<string, string>>
  /** Has never held an epoch: rule D10 of three-mirror 4. */
  readonly isNew: boolean
  readonly isRevoked: boolean
  /** The key that it replaces, good until then. */
  readonly previous: { readonly publicKey: Uint8Array; readonly validUntilMs: number } | null
}

export interface RegisteredWitness {
  readonly name: string
  /** 1952 bytes. */
  readonly publicKey: Uint8Array
}

/** The accepted registry, for lookups. A later version is another object. */
export interface HostRegistry {
  readonly network: string
  readonly version: number
  /** Digest of its content, lower hex. */
  readonly sha256: string
  /** Wall clock. After this it stays in force where it is, but is not accepted anew. */
  readonly notAfterMs: number
  readonly hosts: readonly RegisteredHost[]
  readonly witnesses: readonly RegisteredWitness[]
  byName(name: string): RegisteredHost | undefined
  /** `mt…` of its present key. */
  byKeyAddress(address: string): RegisteredHost | undefined
  byIp(address: string): RegisteredHost | undefined
  byLabel(label: string): RegisteredHost | undefined
  witness(name: string): RegisteredWitness | undefined
  /** Keys that the host may prove itself with at `nowMs`, the present one first; empty: unknown. */
  keysOf(name: string, nowMs: number): readonly HostKey[]
}

export interface HostKey {
  readonly keyType: KeyType
  readonly publicKey: Uint8Array
  readonly isRevoked: boolean
}

/** Only what was verified becomes a registry. */
export function indexRegistry({ document, sha256 }: VerifiedDocument<RegistryDocument>): HostRegistry {
  const hosts = document.hosts.map(toHost)
  const witnesses = document.witnesses.map(({ name, public_key }) => ({ name, publicKey: fromBase64(public_key) }))
  const index = (key: (host: RegisteredHost) => string) => new Map(hosts.map((host) => [key(host), host]))
  const [names, keyAddresses] = [index(({ name }) => name), index(({ keyAddress }) => keyAddress)]
  const [addresses, labels] = [index(({ address }) => address), index(({ label }) => label)]
  return {
    network: document.network,
    version: document.version,
    sha256,
    notAfterMs: Date.parse(document.not_after),
    hosts,
    witnesses,
    byName: (name) => names.get(name),
    byKeyAddress: (address) => keyAddresses.get(address),
    byIp: (address) => addresses.get(address),
    byLabel: (label) => labels.get(label),
    witness: (name) => witnesses.find((witness) => witness.name === name),
    keysOf: (name, nowMs) => hostKeys(names.get(name), nowMs),
  }
}

function toHost(entry: HostDocument): RegisteredHost {
  const publicKey = fromBase64(entry.public_key)
  const { previous } = entry
  return {
    name: entry.name,
    label: entry.label,
    address: entry.address,
    keyAddress: addressOfPublicKey(publicKey),
    keyType: entry.key_type,
    publicKey,
    domainOfFailure: entry.domain_of_failure,
    isNew: entry.is_new,
    isRevoked: entry.revoked,
    previous: previous && {
      publicKey: fromBase64(previous.public_key),
      validUntilMs: Date.parse(previous.valid_until),
    },
  }
}

function hostKeys(host: RegisteredHost | undefined, nowMs: number): readonly HostKey[] {
  if (!host) return []
  const { keyType, publicKey, isRevoked, previous } = host
  const present: HostKey = { keyType, publicKey, isRevoked }
  if (!previous || previous.validUntilMs <= nowMs) return [present]
  return [present, { keyType: 'ml-dsa-65', publicKey: previous.publicKey, isRevoked }]
}

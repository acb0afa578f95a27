import type { KeyObject, X509Certificate } from 'node:crypto'
import type { TLSSocket } from 'node:tls'
import { rawPublicKey } from '@montana/crypto'
import { addressOfPublicKey } from '@montana/fleet'
import { bytesEqual } from '@montana/foundation'
import { FailoverError, type PeerErrorCode } from '../../errors.js'
import { ALPN_PROTOCOL, CLOCK_SKEW_MS, HYBRID_GROUP } from '../constants.js'
import type { PeerRegistry } from '../types.js'
import type { KeyExchange } from './credentials.js'

const KEY_TYPE = 'ml-dsa-65'
/** Both attributes, once each, in the order in which we write them. */
const SUBJECT = /^CN=(?<name>[a-z0-9-]{1,32})\.(?<domain>[a-z0-9.-]{1,253})\nUID=(?<address>mt[a-f0-9]{40})$/

/** What a handshake showed; TLS itself has proven that the peer holds the key of `certificate`. */
export interface PeerFacts {
  readonly certificate: X509Certificate | undefined
  readonly alpn: string | false | null
  readonly isResumed: boolean
  /** Null where the runtime does not tell, as on the accepting side. */
  readonly group: string | null
}

/** Against what a peer is judged. */
export interface PeerPolicy {
  readonly self: string
  readonly selfKey: Uint8Array
  readonly domain: string
  /** Hosts of our group; others of the registry are strangers. */
  readonly hosts: ReadonlySet<string>
  readonly registry: PeerRegistry
  readonly keyExchange: KeyExchange
}

/** A host of our group whose key is registered under its name. Only {@link verifyPeer} makes one. */
export interface VerifiedPeer {
  readonly host: string
  /** `mt…`. */
  readonly address: string
  /** 1952 bytes. */
  readonly publicKey: Uint8Array
}

/**
 * Every rule of spec three-mirror 11.3, before any frame is read or written. `expected` is the host that was dialled.
 * Throws FailoverError with the code of the first rule that fails.
 */
export function verifyPeer(facts: PeerFacts, policy: PeerPolicy, nowMs: number, expected?: string): VerifiedPeer {
  checkConnection(facts, policy)
  const { certificate } = facts
  if (!certificate) throw refuse('PEER_NO_CERT', 'the peer showed no certificate')
  const publicKey = ownKey(certificate)
  checkValidity(certificate, nowMs)
  const { host, address } = readSubject(certificate, policy.domain)
  if (address !== addressOfPublicKey(publicKey)) throw refuse('PEER_ADDRESS', `${host}: UID is not of the key`, host)
  if (host === policy.self || bytesEqual(publicKey, policy.selfKey)) {
    throw refuse('PEER_SELF', `${host}: the peer is this host itself`, host)
  }
  if (expected !== undefined && host !== expected) {
    throw refuse('PEER_NAME', `dialled ${expected} and met ${host}`, host)
  }
  const peer = { host, address, publicKey }
  checkRegistration(peer, policy)
  return peer
}

/** Also run again for open connections after each change of the registry. */
export function checkRegistration({ host, publicKey }: VerifiedPeer, { hosts, registry }: PeerPolicy): void {
  const keys = hosts.has(host) ? registry.keysOf(host) : []
  if (keys.length === 0) throw refuse('PEER_UNKNOWN', `${host} is not a registered host of this group`, host)
  const key = keys.find((candidate) => bytesEqual(candidate.publicKey, publicKey))
  if (!key) {
    const isOtherType = keys.every(({ keyType }) => keyType !== KEY_TYPE)
    if (isOtherType) throw refuse('PEER_KEY_TYPE', `${host} is registered with a key that cannot be a peer's`, host)
    throw refuse('PEER_KEY_FOREIGN', `${host} is registered with another key`, host)
  }
  if (key.keyType !== KEY_TYPE) throw refuse('PEER_KEY_TYPE', `${host} is registered as ${key.keyType}`, host)
  if (key.isRevoked) throw refuse('PEER_REVOKED', `the key of ${host} is revoked`, host)
}

export function factsOf(socket: TLSSocket): PeerFacts {
  const info = socket.getEphemeralKeyInfo() as { readonly name?: string } | null
  return {
    certificate: socket.getPeerX509Certificate(),
    alpn: socket.alpnProtocol,
    isResumed: socket.isSessionReused(),
    group: info?.name ?? null,
  }
}

function checkConnection({ alpn, isResumed, group }: PeerFacts, { keyExchange }: PeerPolicy): void {
  if (isResumed) throw refuse('SESSION_REUSED', 'the peer resumed a session')
  if (alpn !== ALPN_PROTOCOL) throw refuse('ALPN', `the peer does not speak ${ALPN_PROTOCOL}`)
  if (group === null || group === HYBRID_GROUP || keyExchange === 'prefer') return
  throw refuse('KEX_CLASSICAL', `the keys were agreed with ${group}`)
}

/** The raw key of a self-signed certificate of our type. */
function ownKey(certificate: X509Certificate): Uint8Array {
  const key = keyOf(certificate)
  if (key?.asymmetricKeyType !== KEY_TYPE) throw refuse('PEER_KEY_TYPE', 'the certificate is not one of ML-DSA-65')
  if (certificate.issuer !== certificate.subject || !isSignedBy(certificate, key)) {
    throw refuse('PEER_SIGNATURE', 'the certificate is not signed by its own key')
  }
  return rawPublicKey(key)
}

function keyOf(certificate: X509Certificate): KeyObject | undefined {
  try {
    return certificate.publicKey
  } catch {
    return undefined
  }
}

function isSignedBy(certificate: X509Certificate, key: KeyObject): boolean {
  try {
    return certificate.verify(key)
  } catch {
    return false
  }
}

function checkValidity({ validFromDate, validToDate }: X509Certificate, nowMs: number): void {
  // A date that cannot be read is neither before nor after any other: it has to fit, not only not to be wrong.
  if (!(validFromDate.getTime() <= nowMs + CLOCK_SKEW_MS)) {
    throw refuse('PEER_CERT_EARLY', `the certificate begins at ${timeText(validFromDate)}`)
  }
  if (!(validToDate.getTime() >= nowMs - CLOCK_SKEW_MS)) {
    throw refuse('PEER_CERT_EXPIRED', `the certificate ended at ${timeText(validToDate)}`)
  }
}

function timeText(date: Date): string {
  return Number.isNaN(date.getTime()) ? 'a time that cannot be read' : date.toISOString()
}

function readSubject(
  { subject, subjectAltName }: X509Certificate,
  expectedDomain: string,
): { readonly host: string; readonly address: string } {
  const { name, domain, address } = SUBJECT.exec(subject)?.groups ?? {}
  if (name === undefined || address === undefined || domain !== expectedDomain) {
    throw refuse('PEER_NAME', `the subject is not a host of ${expectedDomain} with its address`)
  }
  if (subjectAltName === `DNS:${name}.${domain}`) return { host: name, address }
  throw refuse('PEER_NAME', `${name}: the alternative name is not the common name`, name)
}

function refuse(code: PeerErrorCode, message: string, host?: string): FailoverError {
  return new FailoverError(code, message, { metadata: { host } })
}

import { accountIdOf, nodeIdOf, peerIdOf, SUITE_MLDSA65 } from '@montana/crypto'
import { toHex } from '@montana/foundation'
import { MAX_CLOCK_SKEW_MS } from '../constants.js'
import type { DocumentVerifier } from '../document.js'
import { FleetError, type FleetErrorCode } from '../errors.js'
import { fromBase64 } from '../fields.js'
import { firstIssue } from '../issues.js'
import type { ManifestPeerDocument } from '../manifest/form.js'
import { keyBytes } from '../manifest/rotation.js'
import { parseStrictJson } from '../strict-json.js'
import { joinRequestBytes } from './create.js'
import { type JoinRequestDocument, joinRequestForm } from './form.js'

/** Two keys, three signatures and little else. */
export const MAX_JOIN_REQUEST_BYTES = 32 * 1024
/** The longest that a request may be good for; its nonce is remembered as long. */
export const MAX_JOIN_LIFE_MS = 31 * 24 * 60 * 60 * 1000

export interface JoinRequestModules {
  readonly network: string
  readonly nowMs: number
  readonly verify: DocumentVerifier
}

/**
 * Bytes → request that its node key has signed for this network and that is not over. Whether it was used before is for
 * whoever keeps the list of nonces. Throws FleetError: JOIN_INVALID, JOIN_NETWORK, JOIN_EXPIRED or JOIN_SIGNATURE.
 */
export async function readJoinRequest(
  bytes: Uint8Array,
  { network, nowMs, verify }: JoinRequestModules,
): Promise<JoinRequestDocument> {
  const request = parse(bytes)
  if (request.network !== network) {
    throw refused('JOIN_NETWORK', 'network', `the request is for network '${request.network}', not '${network}'`)
  }
  const key = keyBytes(request.node_pubkey_hex)
  if (!(await verify(fromBase64(request.sig), joinRequestBytes(request), key))) {
    throw refused('JOIN_SIGNATURE', 'sig', 'the request is not signed by its node key')
  }
  checkDates(request, nowMs)
  return request
}

function parse(bytes: Uint8Array): JoinRequestDocument {
  const parsed = joinRequestForm.safeParse(parseStrictJson(bytes, MAX_JOIN_REQUEST_BYTES))
  if (parsed.success) return parsed.data
  const { field, text } = firstIssue(parsed.error)
  throw refused('JOIN_INVALID', field, `not a join request: ${text}`)
}

function checkDates({ issued_at, not_after }: JoinRequestDocument, nowMs: number): void {
  const [issuedMs, endMs] = [Date.parse(issued_at), Date.parse(not_after)]
  if (issuedMs > nowMs + MAX_CLOCK_SKEW_MS) {
    throw refused('JOIN_INVALID', 'issued_at', `the request is issued at ${issued_at}, more than 5 minutes ahead`)
  }
  if (endMs <= nowMs) throw refused('JOIN_EXPIRED', 'not_after', `the request ended at ${not_after}`)
  if (endMs - issuedMs <= MAX_JOIN_LIFE_MS) return
  throw refused('JOIN_INVALID', 'not_after', 'the request is to be good for more than 31 days')
}

/** The entry that it asks for; ids follow from the keys. */
export function peerOfRequest(request: JoinRequestDocument): ManifestPeerDocument {
  const key = keyBytes(request.node_pubkey_hex)
  const { label, multiaddr, node_pubkey_hex, security, rotation } = request
  return {
    label,
    multiaddr,
    peer_id: peerIdOf(key),
    account_id_hex: toHex(accountIdOf(SUITE_MLDSA65, keyBytes(request.account_pubkey_hex))),
    node_id_hex: toHex(nodeIdOf(key)),
    bootstrap: false,
    node_pubkey_hex,
    ...(security && { security }),
    ...(rotation && { rotation }),
  }
}

function refused(code: FleetErrorCode, field: string, what: string): FleetError {
  return new FleetError(code, what, { field, remedy: 'let the node write a new request with montana join' })
}

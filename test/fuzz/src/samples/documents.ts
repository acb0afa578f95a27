import { createHash } from 'node:crypto'
import { accountIdOf, nodeIdOf, peerIdOf } from '@montana/crypto'
import {
  addressOfPublicKey,
  createManifest,
  createRegistry,
  type HostDocument,
  JOIN_REQUEST_SCHEMA,
  type JoinRequestDocument,
  joinRequestBytes,
  type SignedDocument,
  signedBytes,
  type TrustRoot,
} from '@montana/fleet'
import { createRoster, type RosterEntry } from '@montana/fleet/roster'
import { concatBytes, formatTime, toHex } from '@montana/foundation'
import { bytesOf } from './ledger.js'

export const NETWORK = 'montana.test'
export const NOW_MS = Date.parse('2026-05-01T12:00:00.000Z')
export const DAY_MS = 86_400_000
const DATES = { issuedAtMs: NOW_MS, validMs: 90 * DAY_MS }

export const keyOf = (first: number): Uint8Array => bytesOf(1952, first)
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')
export const OPERATOR_KEYS = [keyOf(101), keyOf(102)]

/** Stands for ML-DSA-65 where a mutant is signed anew some thousand times per second. 3309 bytes. */
export function fastSign(key: Uint8Array, message: Uint8Array): Uint8Array {
  const digest = createHash('sha256').update(key).update(message).digest()
  return concatBytes(digest, new Uint8Array(3309 - digest.length))
}

export async function fastVerify(signature: Uint8Array, message: Uint8Array, key: Uint8Array): Promise<boolean> {
  return Buffer.from(fastSign(key, message)).equals(signature)
}

export const TRUST: TrustRoot = {
  network: NETWORK,
  version: 1,
  threshold: 2,
  keys: new Map(OPERATOR_KEYS.map((key, index) => [`op${index}`, key])),
}

export const TRUST_JSON = {
  network: NETWORK,
  version: 1,
  threshold: 2,
  operators: OPERATOR_KEYS.map((key, index) => ({
    id: `op${index}`,
    label: `Operator ${index}`,
    public_key: base64(key),
  })),
}

export function signedJson(document: SignedDocument): Uint8Array {
  const message = signedBytes(document)
  const signatures = OPERATOR_KEYS.map((key, index) => {
    return { operator: `op${index}`, alg: 'ML-DSA-65', sig: base64(fastSign(key, message)) }
  })
  return Buffer.from(JSON.stringify({ ...document, signatures }))
}

/** Signs a changed document again; undefined for what is no longer one. */
export function signedAgain(input: Uint8Array): Uint8Array | undefined {
  try {
    const document = JSON.parse(Buffer.from(input).toString('utf8')) as SignedDocument
    return typeof document === 'object' && document !== null ? signedJson(document) : undefined
  } catch {
    return undefined
  }
}

export function manifestDocument(): SignedDocument {
  const peer = (label: string, first: number) => ({
    label,
    multiaddr: `/ip4/192.0.2.${first}/tcp/8444`,
    peer_id: peerIdOf(keyOf(first)),
    account_id_hex: toHex(accountIdOf(1, keyOf(first + 50))),
    node_id_hex: toHex(nodeIdOf(keyOf(first))),
    bootstrap: first === 1,
    node_pubkey_hex: toHex(keyOf(first)),
  })
  return createManifest(NETWORK, DATES, [peer('moscow', 1), peer('helsinki', 2)])
}

function host(name: string, first: number): HostDocument {
  return {
    ...{ name, label: name.toUpperCase(), address: `192.0.2.${first}`, key_type: 'ml-dsa-65' },
    public_key: base64(keyOf(first)),
    domain_of_failure: { provider: 'p1', country: 'NL' },
    ...{ is_new: false, revoked: false, previous: null },
  }
}

export function registryDocument(): SignedDocument {
  return createRegistry({ network: NETWORK, ...DATES, hosts: [host('amsterdam', 10), host('moscow', 20)] })
}

function entry(label: string, number: number): RosterEntry {
  return {
    node_id: Buffer.from(label).toString('hex').padEnd(64, '0'),
    label,
    wg_pub: base64(bytesOf(32, number)),
    tunnel_ip: `10.66.0.${number}/32`,
    endpoint: `192.0.2.${number}:51820`,
    valid_from: formatTime(NOW_MS),
    valid_to: formatTime(NOW_MS + 30 * DAY_MS),
    state: 'active',
    sig_node: null,
  }
}

export function rosterDocument(): SignedDocument & { entries: unknown } {
  return { ...createRoster(NETWORK, DATES), entries: [entry('amsterdam', 1), entry('moscow', 2)] }
}

export const JOIN_REQUEST = {
  schema: JOIN_REQUEST_SCHEMA,
  network: NETWORK,
  label: 'armenia',
  multiaddr: '/ip4/192.0.2.9/tcp/8444',
  node_pubkey_hex: toHex(keyOf(9)),
  account_pubkey_hex: toHex(keyOf(10)),
  token: 'a-token-of-ours',
  nonce: '00'.repeat(16),
  issued_at: formatTime(NOW_MS),
  not_after: formatTime(NOW_MS + DAY_MS),
} as const

export function signedRequest(request: Omit<JoinRequestDocument, 'sig'>): Uint8Array {
  const key = Buffer.from(String(request.node_pubkey_hex), 'hex')
  return Buffer.from(JSON.stringify({ ...request, sig: base64(fastSign(key, joinRequestBytes(request))) }))
}

export function requestAgain(input: Uint8Array): Uint8Array | undefined {
  try {
    return signedRequest(JSON.parse(Buffer.from(input).toString('utf8')))
  } catch {
    return undefined
  }
}

export const HOST_KEY = {
  schema: 'montana.host-key/1',
  key_type: 'ml-dsa-65',
  public_key: base64(keyOf(3)),
  address: addressOfPublicKey(keyOf(3)),
}

export const OPERATOR_KEY = {
  schema: 'montana.operator-key/1',
  id: 'op0',
  label: 'Operator 0',
  alg: 'ML-DSA-65',
  seed: base64(bytesOf(32, 1)),
  public_key: base64(keyOf(3)),
}

const LEGACY_KEY = bytesOf(32, 8)

export const LEGACY = {
  address: addressOfPublicKey(LEGACY_KEY),
  entry: { public_key: toHex(LEGACY_KEY), node_name: 'spb', alias: 'SPB', location: 'RU', ip: '192.0.2.40' },
}

export const JOB_RECORD = {
  schema: 'montana.job/1',
  job: 'fuzzed',
  last_success: formatTime(NOW_MS),
  last_attempt: formatTime(NOW_MS),
  code: 'OK',
  duration_ms: 12,
  runs: { ok: 3, failed: 1 },
  few_answers: 0,
  degraded: ['FEW_SOURCES'],
  document: {
    ...{ kind: 'manifest', version: 3, sha256: '0'.repeat(64) },
    ...{ issued_at: formatTime(NOW_MS), not_after: formatTime(NOW_MS + DAY_MS), state: 'valid' },
  },
}

export const VPN_STATE = {
  ...{ schema: 'montana.vpn-state/1', interface: 'wg0', label: 'moscow' },
  roster: { version: 2, sha256: '0'.repeat(64), not_after: formatTime(NOW_MS) },
  ...{ config_sha256: '1'.repeat(64), public_key: base64(bytesOf(32, 1)), peers: ['amsterdam'] },
  ...{ changed_at: null, applied_at: formatTime(NOW_MS) },
}

export const WG_DUMP = [
  [base64(bytesOf(32, 1)), base64(bytesOf(32, 2)), '51820', 'off'],
  [base64(bytesOf(32, 3)), '(none)', '192.0.2.1:51820', '10.66.0.2/32,fd00::2/128', '1777777777', '12', '34', '25'],
  [base64(bytesOf(32, 4)), '(none)', '(none)', '(none)', '0', '0', '0', 'off'],
]
  .map((columns) => columns.join('\t'))
  .join('\n')

// Checks what a node says of an account against the state root of a header: spec protocol 5.2, 5.3, 9.1. Depends on
// nothing but WebCrypto, so that it can be read, and trusted, by itself.

const LEVELS = 256
const HASH_BYTES = 32
const BITMAP_BYTES = LEVELS / 8
/** A proof with a larger leaf is refused before anything is computed. */
const LEAF_MAX_BYTES = 4_096
const SCOPE_BYTES = 413
const WINDOW_AT = 32
const STATE_ROOT_AT = 172

/** What a proof shows under its key: a record, or that there is none. */
export interface ProvenEntry {
  readonly key: Uint8Array
  readonly record: Uint8Array | null
}

/** An answer of `/account/ID`, as far as it is proven; all of it lower hex. */
export interface AccountClaim {
  readonly window: number
  readonly header_scope: string | null
  readonly proposal_hash: string | null
  readonly state_root: string
  readonly node_root: string
  readonly candidate_root: string
  readonly account_root: string
  readonly account_id: string
  readonly proof: string
}

/** `isValid: false`: something does not fit, `fault` says what; the answer is not to be believed. */
export type AccountVerdict =
  | { readonly isValid: true; readonly record: AccountFields | null }
  | { readonly isValid: false; readonly fault: string }

/** The fields of a record as its bytes have them: spec protocol 5.1. */
export interface AccountFields {
  readonly accountId: string
  /** nɈ. */
  readonly balance: bigint
  readonly isNodeOperator: boolean
  readonly opHeight: number
  readonly creationWindow: number
  readonly lastOpWindow: number
}

/** False where the browser offers no hashing: a page that is neither from loopback nor by HTTPS. */
export function canVerify(): boolean {
  return globalThis.crypto?.subtle !== undefined
}

/**
 * Follows the chain record → account_root → state_root → header → proposal_hash. What it cannot know is whether the
 * header was cemented: compare `proposal_hash` (or, for window 0, `state_root`) with what other nodes say of the window.
 */
export async function verifyAccount(claim: AccountClaim): Promise<AccountVerdict> {
  const id = fromHex(claim.account_id)
  const proof = fromHex(claim.proof)
  const root = fromHex(claim.account_root)
  if (!id || !proof || !root || id.length !== HASH_BYTES) return refused('it is not written in hex')
  const entry = await verifyInclusion(root, proof)
  if (!entry) return refused('the proof does not give the root of the accounts')
  if (!equal(entry.key, id)) return refused('the proof is of another account')
  const rootsFault = (await stateRootFault(claim)) ?? (await headerFault(claim))
  if (rootsFault !== undefined) return refused(rootsFault)
  if (entry.record === null) return { isValid: true, record: null }
  const record = readAccount(entry.record)
  if (record?.accountId !== claim.account_id) return refused('the record is not one of this account')
  return { isValid: true, record }
}

/** Checks an inclusion proof in the encoding of spec protocol 5.2. `undefined`: it proves nothing, whatever the reason. */
export async function verifyInclusion(root: Uint8Array, proof: Uint8Array): Promise<ProvenEntry | undefined> {
  const parts = readProof(proof)
  if (!parts) return undefined
  const { key, record, siblings } = parts
  const empty = await emptyHashes()
  let current = record === null ? at(empty, 0) : await hash('mt-merkle-leaf', record)
  for (let level = 0; level < LEVELS; level++) {
    const sibling = siblings[level] ?? at(empty, level)
    current = bitOf(key, level) === 0 ? await nodeHash(current, sibling) : await nodeHash(sibling, current)
  }
  return equal(current, root) ? { key, record } : undefined
}

async function stateRootFault(claim: AccountClaim): Promise<string | undefined> {
  const roots = [claim.node_root, claim.candidate_root, claim.account_root].map(fromHex)
  const isWhole = roots.every((root) => root?.length === HASH_BYTES)
  if (!isWhole) return 'it is not written in hex'
  const composed = await hash('mt-state-root', ...(roots as Uint8Array[]))
  return toHex(composed) === claim.state_root ? undefined : 'the three roots do not give the state root'
}

/** Window 0 has no header: its state root is the one of the genesis. */
async function headerFault(claim: AccountClaim): Promise<string | undefined> {
  if (claim.window === 0 && claim.header_scope === null) return undefined
  const scope = fromHex(claim.header_scope ?? '')
  if (scope?.length !== SCOPE_BYTES) return 'there is no header'
  const view = new DataView(scope.buffer, scope.byteOffset, scope.length)
  if (view.getBigUint64(WINDOW_AT, true) !== BigInt(claim.window)) return 'the header is of another window'
  const root = toHex(scope.subarray(STATE_ROOT_AT, STATE_ROOT_AT + HASH_BYTES))
  if (root !== claim.state_root) return 'the header has another state root'
  const named = toHex(await hash('mt-proposal', scope))
  return named === claim.proposal_hash ? undefined : 'the header does not give its hash'
}

interface ProofParts extends ProvenEntry {
  /** By level; undefined: the empty subtree. */
  readonly siblings: readonly (Uint8Array | undefined)[]
}

/** key 32 ‖ leaf_len u32 ‖ leaf ‖ bitmap 32 ‖ count u16 ‖ count × 32, and nothing else. */
function readProof(proof: Uint8Array): ProofParts | undefined {
  const view = new DataView(proof.buffer, proof.byteOffset, proof.length)
  const leafAt = HASH_BYTES + 4
  if (proof.length < leafAt) return undefined
  const leafLength = view.getUint32(HASH_BYTES, true)
  const siblingsAt = leafAt + leafLength + BITMAP_BYTES + 2
  if (leafLength > LEAF_MAX_BYTES || proof.length < siblingsAt) return undefined
  const count = view.getUint16(siblingsAt - 2, true)
  if (proof.length !== siblingsAt + count * HASH_BYTES) return undefined
  const bitmap = proof.subarray(siblingsAt - 2 - BITMAP_BYTES, siblingsAt - 2)
  let next = siblingsAt
  const siblings = Array.from({ length: LEVELS }, (_, level) => {
    if (bitOf(bitmap, level) === 0) return undefined
    next += HASH_BYTES
    return proof.subarray(next - HASH_BYTES, next)
  })
  if (next !== proof.length) return undefined
  const record = leafLength === 0 ? null : proof.subarray(leafAt, leafAt + leafLength)
  return { key: proof.subarray(0, HASH_BYTES), record, siblings }
}

const ACCOUNT_BYTES = 2_059
const BALANCE_AT = 32
const OPERATOR_AT = 50
const HEIGHT_AT = 83
const CREATION_AT = 2_047
const LAST_OP_AT = 2_051

function readAccount(record: Uint8Array): AccountFields | undefined {
  if (record.length !== ACCOUNT_BYTES) return undefined
  const view = new DataView(record.buffer, record.byteOffset, record.length)
  const low = view.getBigUint64(BALANCE_AT, true)
  return {
    accountId: toHex(record.subarray(0, HASH_BYTES)),
    balance: low + (view.getBigUint64(BALANCE_AT + 8, true) << 64n),
    isNodeOperator: record[OPERATOR_AT] === 1,
    opHeight: view.getUint32(HEIGHT_AT, true),
    creationWindow: view.getUint32(CREATION_AT, true),
    lastOpWindow: view.getUint32(LAST_OP_AT, true),
  }
}

let known: Promise<readonly Uint8Array[]> | undefined

/** empty(0) … empty(256), computed once. */
function emptyHashes(): Promise<readonly Uint8Array[]> {
  known ??= computeEmpty()
  return known
}

async function computeEmpty(): Promise<readonly Uint8Array[]> {
  const hashes = [new Uint8Array(HASH_BYTES)]
  for (let level = 0; level < LEVELS; level++) hashes.push(await nodeHash(at(hashes, level), at(hashes, level)))
  return hashes
}

function at(hashes: readonly Uint8Array[], level: number): Uint8Array {
  const found = hashes[level]
  if (!found) throw new RangeError(`no level ${level}`)
  return found
}

function nodeHash(left: Uint8Array, right: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  return hash('mt-merkle-node', left, right)
}

/** H(domain, parts …) = SHA-256(domain ‖ 0x00 ‖ parts): spec protocol 1.2. */
async function hash(domain: string, ...parts: readonly Uint8Array[]): Promise<Uint8Array<ArrayBuffer>> {
  const length = parts.reduce((sum, part) => sum + part.length, domain.length + 1)
  const input = new Uint8Array(length)
  new TextEncoder().encodeInto(domain, input)
  let offset = domain.length + 1
  for (const part of parts) {
    input.set(part, offset)
    offset += part.length
  }
  return new Uint8Array(await crypto.subtle.digest('SHA-256', input))
}

/** Least significant bit first inside each byte: spec protocol 5.2. */
function bitOf(bytes: Uint8Array, i: number): number {
  return ((bytes[i >> 3] ?? 0) >> (i & 7)) & 1
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}

/** `undefined` for anything but pairs of hex digits. */
export function fromHex(text: string): Uint8Array | undefined {
  if (!/^(?:[0-9a-f]{2})*$/.test(text)) return undefined
  return Uint8Array.from({ length: text.length / 2 }, (_, i) => Number.parseInt(text.slice(2 * i, 2 * i + 2), 16))
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

function refused(fault: string): AccountVerdict {
  return { isValid: false, fault }
}

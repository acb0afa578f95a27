// Checks what a node says of an account against the state root of a header: spec protocol 5.2, 5.3, 9.1. Depends on
// nothing but WebCrypto, so that it can be read, and trusted, by itself.

import type { AccountRecordView, AccountView } from '../../../src/api/explorer-views.js'

const LEVELS = 256
const HASH_BYTES = 32
const BITMAP_BYTES = LEVELS / 8
/** A proof with a larger leaf is refused before anything is computed. */
const LEAF_MAX_BYTES = 4_096
const SCOPE_BYTES = 413
const WINDOW_AT = 32
/** node, candidate, account and state root: spec protocol 9.1. */
const ROOTS_AT = 76

/** What a proof shows under its key: a record, or that there is none. */
export interface ProvenEntry {
  readonly key: Uint8Array
  readonly record: Uint8Array | null
}

/** An answer of `/account/ID`, as far as it is proven; all of it lower hex. */
export type AccountClaim = Pick<
  AccountView,
  'window' | 'header_scope' | 'proposal_hash' | 'state_root' | 'node_root' | 'candidate_root' | 'account_root' | 'proof'
>

/** Where a claim breaks: its form, or the first link of the chain that does not hold. */
export type AccountFault = 'malformed' | 'key' | 'account_root' | 'state_root' | 'header'

export type AccountCheck =
  /** The record as its proven bytes have it; null: it is proven that there is none. */
  | { readonly isProven: true; readonly record: AccountRecordView | null }
  /** The answer is not to be believed. */
  | { readonly isProven: false; readonly fault: AccountFault }

/** False where the browser offers no hashing: a page that is neither from loopback nor by HTTPS. */
export function canVerify(): boolean {
  return globalThis.crypto?.subtle !== undefined
}

/**
 * Follows the chain record → account_root → state_root → header → proposal_hash for the account that was asked for. What it
 * cannot know is whether that header was cemented: compare `proposal_hash` (for window 0 `state_root`) with what other
 * nodes say of the window.
 */
export async function checkAccount(claim: AccountClaim, accountId: string): Promise<AccountCheck> {
  const [id, proof, root] = [accountId, claim.proof, claim.account_root].map(fromHex)
  if (id?.length !== HASH_BYTES || !proof || !root) return broken('malformed')
  const entry = readProof(proof)
  if (!entry) return broken('malformed')
  if (!equal(entry.key, id)) return broken('key')
  if (!equal(await rootOf(entry), root)) return broken('account_root')
  if (!(await givesStateRoot(claim))) return broken('state_root')
  if (!(await isInHeader(claim))) return broken('header')
  if (entry.record === null) return { isProven: true, record: null }
  const record = readAccount(entry.record)
  return record && equal(record.id, id) ? { isProven: true, record: record.fields } : broken('malformed')
}

/** Checks an inclusion proof in the encoding of spec protocol 5.2. `undefined`: it proves nothing, whatever the reason. */
export async function verifyInclusion(root: Uint8Array, proof: Uint8Array): Promise<ProvenEntry | undefined> {
  const parts = readProof(proof)
  if (!parts || !equal(await rootOf(parts), root)) return undefined
  return { key: parts.key, record: parts.record }
}

/** The root that a proof gives, folded from the leaf up. */
async function rootOf({ key, record, siblings }: ProofParts): Promise<Uint8Array> {
  const empty = await emptyHashes()
  let current = record === null ? at(empty, 0) : await hash('mt-merkle-leaf', record)
  for (let level = 0; level < LEVELS; level++) {
    const sibling = siblings[level] ?? at(empty, level)
    current = bitOf(key, level) === 0 ? await nodeHash(current, sibling) : await nodeHash(sibling, current)
  }
  return current
}

/** state_root = H("mt-state-root", node ‖ candidate ‖ account). */
async function givesStateRoot(claim: AccountClaim): Promise<boolean> {
  const roots = [claim.node_root, claim.candidate_root, claim.account_root].map(fromHex)
  const composed = await hash('mt-state-root', ...roots.map((root) => root ?? new Uint8Array()))
  return roots.every((root) => root?.length === HASH_BYTES) && toHex(composed) === claim.state_root
}

/** Window 0 has no header: its state root is the one of the genesis. */
async function isInHeader(claim: AccountClaim): Promise<boolean> {
  if (claim.header_scope === null) return claim.window === 0 && claim.proposal_hash === null
  const scope = fromHex(claim.header_scope)
  if (scope?.length !== SCOPE_BYTES) return false
  const view = new DataView(scope.buffer, scope.byteOffset, scope.length)
  const roots = toHex(scope.subarray(ROOTS_AT, ROOTS_AT + 4 * HASH_BYTES))
  return (
    view.getBigUint64(WINDOW_AT, true) === BigInt(claim.window) &&
    roots === claim.node_root + claim.candidate_root + claim.account_root + claim.state_root &&
    toHex(await hash('mt-proposal', scope)) === claim.proposal_hash
  )
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
const KEY_AT = 95
const KEY_BYTES = 1_952

/** AccountRecord: spec protocol 5.1. */
function readAccount(record: Uint8Array): { readonly id: Uint8Array; readonly fields: AccountRecordView } | undefined {
  if (record.length !== ACCOUNT_BYTES) return undefined
  const view = new DataView(record.buffer, record.byteOffset, record.length)
  const u32 = (offset: number) => view.getUint32(offset, true)
  const balance = view.getBigUint64(32, true) + (view.getBigUint64(40, true) << 64n)
  const fields = {
    ...{ balance_nj: balance.toString(), suite: view.getUint16(48, true), is_node_operator: record[50] === 1 },
    ...{ frontier_hash: toHex(record.subarray(51, 83)), op_height: u32(83) },
    ...{ chain_length: u32(87), chain_length_snapshot: u32(91) },
    keyless: record.subarray(KEY_AT, KEY_AT + KEY_BYTES).every((byte) => byte === 0),
    ...{ creation_window: u32(2_047), last_op_window: u32(2_051), last_activation_window: u32(2_055) },
  }
  return { id: record.subarray(0, HASH_BYTES), fields }
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

function broken(fault: AccountFault): AccountCheck {
  return { isProven: false, fault }
}

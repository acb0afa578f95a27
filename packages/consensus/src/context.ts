import { ascii, ByteReader, ByteWriter, CodecError, hashWithDomain } from '@montana/codec'
import { bytesEqual, compareBytes } from '@montana/foundation'
import { CONTEXT_CANDIDATES_MAX, HASH_BYTES } from './constants.js'

const MAGIC = ascii('mtcx')
const VERSION = 1
/** participation is counted in permille, 0 … 1000. */
export const PARTICIPATION_ENTRIES = 1001
const FIXED_BYTES = 4240
const PENDING_BYTES = 8 + HASH_BYTES
const CANDIDATE_BYTES = 16 + HASH_BYTES

export interface PendingControl {
  readonly cementedWindow: number
  readonly hash: Uint8Array
}

export interface Candidate {
  readonly ticket: bigint
  readonly nodeId: Uint8Array
}

/**
 * Everything besides the tables that the next window needs, after settling `window`: spec protocol 5.4.
 * It is committed with the window, covered by the cement value, and part of every snapshot.
 */
export interface ConsensusContext {
  readonly window: number
  readonly proposalHash: Uint8Array
  /** T_r(window). */
  readonly timechainValue: Uint8Array
  /** D(window + 1), steps. */
  readonly nextD: number
  /** D of the three epochs before the one of window + 1, latest first, 0 = none. */
  readonly epochDs: readonly [number, number, number]
  readonly target: bigint
  readonly revealCount: number
  /** Histogram of the running epoch: permille → windows. Only non-zero entries. */
  readonly participation: ReadonlyMap<number, number>
  /** CBA(window − 2) and CBA(window − 1). */
  readonly aggregatePrev2: Uint8Array
  readonly aggregatePrev1: Uint8Array
  readonly bootstrapNodeId: Uint8Array
  /** Ascending node_ids. */
  readonly evidenceSigners: readonly Uint8Array[]
  /** Ascending by (cementedWindow, hash). */
  readonly pendingControl: readonly PendingControl[]
  /** Candidates of window − 1 in lottery order. */
  readonly candidates: readonly Candidate[]
}

export function encodeContext(context: ConsensusContext): Uint8Array {
  const { evidenceSigners, pendingControl, candidates } = context
  const variable = HASH_BYTES * evidenceSigners.length + PENDING_BYTES * pendingControl.length
  const writer = new ByteWriter(FIXED_BYTES + variable + CANDIDATE_BYTES * candidates.length)
  writer.bytes(MAGIC).u16(VERSION).u64(context.window).bytes(context.proposalHash, HASH_BYTES)
  writer.bytes(context.timechainValue, HASH_BYTES).u64(context.nextD)
  for (const d of context.epochDs) writer.u64(d)
  writer.u128(context.target).u64(context.revealCount)
  for (let permille = 0; permille < PARTICIPATION_ENTRIES; permille++)
    writer.u32(context.participation.get(permille) ?? 0)
  writer.bytes(context.aggregatePrev2, HASH_BYTES).bytes(context.aggregatePrev1, HASH_BYTES)
  writer.bytes(context.bootstrapNodeId, HASH_BYTES)
  writer.u16(evidenceSigners.length)
  for (const signer of evidenceSigners) writer.bytes(signer, HASH_BYTES)
  writer.u16(pendingControl.length)
  for (const { cementedWindow, hash } of pendingControl) writer.u64(cementedWindow).bytes(hash, HASH_BYTES)
  writer.u16(candidates.length)
  for (const { ticket, nodeId } of candidates) writer.u128(ticket).bytes(nodeId, HASH_BYTES)
  return writer.finish()
}

/** Throws {@link CodecError}. The order of the two lists that ascend is checked, because one context has one encoding. */
export function decodeContext(bytes: Uint8Array): ConsensusContext {
  const reader = new ByteReader(bytes)
  if (!bytesEqual(reader.bytes(4), MAGIC) || reader.u16() !== VERSION)
    throw new CodecError('BadValue', { field: 'magic' })
  const context: ConsensusContext = {
    window: reader.u64AsNumber(),
    proposalHash: reader.bytes(HASH_BYTES),
    timechainValue: reader.bytes(HASH_BYTES),
    nextD: reader.u64AsNumber(),
    epochDs: [reader.u64AsNumber(), reader.u64AsNumber(), reader.u64AsNumber()],
    target: reader.u128(),
    revealCount: reader.u64AsNumber(),
    participation: readHistogram(reader),
    aggregatePrev2: reader.bytes(HASH_BYTES),
    aggregatePrev1: reader.bytes(HASH_BYTES),
    bootstrapNodeId: reader.bytes(HASH_BYTES),
    evidenceSigners: readList(reader, () => reader.bytes(HASH_BYTES)),
    pendingControl: readList(reader, () => ({ cementedWindow: reader.u64AsNumber(), hash: reader.bytes(HASH_BYTES) })),
    candidates: readList(reader, () => ({ ticket: reader.u128(), nodeId: reader.bytes(HASH_BYTES) })),
  }
  reader.end()
  if (context.candidates.length > CONTEXT_CANDIDATES_MAX) throw new CodecError('BadValue', { field: 'candidates' })
  checkOrder('evidenceSigners', context.evidenceSigners, compareBytes)
  checkOrder('pendingControl', context.pendingControl, comparePendingControl)
  return context
}

/** (cemented_window, hash) ascending, the order in which control objects are served: spec protocol 12.2. */
export function comparePendingControl(a: PendingControl, b: PendingControl): number {
  return a.cementedWindow - b.cementedWindow || compareBytes(a.hash, b.hash)
}

/** Strictly ascending. */
function checkOrder<T>(field: string, items: readonly T[], compare: (a: T, b: T) => number): void {
  const isAscending = items.every((item, index) => index === 0 || compare(items[index - 1] as T, item) < 0)
  if (!isAscending) throw new CodecError('BadValue', { field })
}

function readHistogram(reader: ByteReader): Map<number, number> {
  const histogram = new Map<number, number>()
  for (let permille = 0; permille < PARTICIPATION_ENTRIES; permille++) {
    const windows = reader.u32()
    if (windows !== 0) histogram.set(permille, windows)
  }
  return histogram
}

function readList<T>(reader: ByteReader, item: () => T): T[] {
  return Array.from({ length: reader.u16() }, item)
}

export function contextHash(encoded: Uint8Array): Uint8Array {
  return hashWithDomain('mt-ext-context', encoded)
}

/** value(W), what votes and attestations speak about: spec protocol 11.1. */
export function cementValue(proposalHash: Uint8Array, contextHashOfWindow: Uint8Array): Uint8Array {
  return hashWithDomain('mt-ext-cement', proposalHash, contextHashOfWindow)
}

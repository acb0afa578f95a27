import { ByteReader, ByteWriter, CodecError } from '@montana/codec'
import { LIMITS } from '@montana/transport'

const COUNT_BYTES = 2
const KIND_BYTES = 1

export const VOTE_KIND = { propose: 1, cementVote: 2 } as const

export type VoteKind = (typeof VOTE_KIND)[keyof typeof VOTE_KIND]

/** Size of an item by its kind: spec protocol 11.1, 14.2. */
const ITEM_BYTES: Readonly<Record<VoteKind, number>> = { [VOTE_KIND.propose]: 3385, [VOTE_KIND.cementVote]: 3384 }
const MIN_ITEM_BYTES = KIND_BYTES + ITEM_BYTES[VOTE_KIND.cementVote]

/** 0x98: what a peer holds for `window` from round `fromRound` on. Spec protocol 14.1. */
export interface VoteSetRequest {
  readonly window: number
  /** u16. */
  readonly fromRound: number
}

/** One Propose (3385 bytes) or CementVote (3384 bytes). */
export interface VoteSetItem {
  readonly kind: VoteKind
  readonly bytes: Uint8Array
}

export function encodeVoteSetRequest({ window, fromRound }: VoteSetRequest): Uint8Array {
  return new ByteWriter(10).u64(window).u16(fromRound).finish()
}

export function decodeVoteSetRequest(bytes: Uint8Array): VoteSetRequest {
  const reader = new ByteReader(bytes)
  const request = { window: reader.u64AsNumber(), fromRound: reader.u16() }
  reader.end()
  return request
}

/** As many of `items` as one answer of 1 048 576 bytes holds, in order. */
export function fitVoteSet(items: readonly VoteSetItem[]): VoteSetItem[] {
  let size = COUNT_BYTES
  const excess = items.findIndex(({ kind }) => {
    size += KIND_BYTES + ITEM_BYTES[kind]
    return size > LIMITS.exchange.maxPayloadBytes
  })
  return excess === -1 ? [...items] : items.slice(0, excess)
}

/** 0x99: `count u16 ‖ items kind u8 ‖ bytes`; an empty set is an answer. */
export function encodeVoteSetResponse(items: readonly VoteSetItem[]): Uint8Array {
  const size = items.reduce((sum, { kind }) => sum + KIND_BYTES + ITEM_BYTES[kind], COUNT_BYTES)
  const writer = new ByteWriter(size).u16(items.length)
  for (const { kind, bytes } of items) writer.u8(kind).bytes(bytes, ITEM_BYTES[kind])
  return writer.finish()
}

/** Throws {@link CodecError} for an unknown kind, for a count that the bytes cannot hold, and beyond 1 048 576 bytes. */
export function decodeVoteSetResponse(bytes: Uint8Array): VoteSetItem[] {
  if (bytes.length > LIMITS.exchange.maxPayloadBytes) throw new CodecError('BadLength', { length: bytes.length })
  const reader = new ByteReader(bytes)
  const count = reader.u16()
  if (count * MIN_ITEM_BYTES > reader.remaining) throw new CodecError('BadLength', { count, actual: reader.remaining })
  const items = Array.from({ length: count }, () => readItem(reader))
  reader.end()
  return items
}

function readItem(reader: ByteReader): VoteSetItem {
  const kind = reader.u8()
  if (kind !== VOTE_KIND.propose && kind !== VOTE_KIND.cementVote) throw new CodecError('BadValue', { kind })
  return { kind, bytes: reader.bytes(ITEM_BYTES[kind]).slice() }
}

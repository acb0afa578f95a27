import { ByteReader, ByteWriter, sha256 } from '@montana/codec'
import { fromHex, toHex } from '@montana/foundation'
import { HASH_BYTES, ZERO_HASH } from '../../constants.js'
import { type CementVote, decodeVote, VOTE_BYTES } from '../../objects/vote.js'
import type { JournalEntry } from '../effects.js'
import type { Lock } from './state.js'

const FIXED_BYTES = 2 + HASH_BYTES + 2 + HASH_BYTES + 4

/**
 * The journal's form of a lock: both rounds and values, then the valid draft itself (spec protocol 11.2 rule 9) and the
 * prevotes that make it valid. Without them nobody could prove the lock to others once all have restarted, and members
 * that are locked apart would wait for each other for ever.
 */
export function lockEntry(
  window: number,
  lock: Lock,
  draft: Uint8Array,
  prevotes: readonly Uint8Array[],
): JournalEntry {
  const writer = new ByteWriter(FIXED_BYTES + draft.length + 2 + prevotes.length * VOTE_BYTES)
  writer.u16(lock.lockedRound).bytes(hashOf(lock.lockedValue), HASH_BYTES)
  writer.u16(lock.validRound).bytes(hashOf(lock.validValue), HASH_BYTES)
  writer.u32(draft.length).bytes(draft).u16(prevotes.length)
  for (const prevote of prevotes) writer.bytes(prevote, VOTE_BYTES)
  const bytes = writer.finish()
  // Identified by rounds and values: the same value locked in a later round replaces the entry.
  const hash = sha256(bytes.subarray(0, FIXED_BYTES))
  return { window, kind: 'lock', round: 0, phase: 0, hash, bytes }
}

export interface StoredLock {
  readonly lockedRound: number
  readonly lockedValue: string | undefined
  readonly validRound: number
  readonly validValue: string | undefined
  readonly draft: Uint8Array
  /** Prevotes for the valid value in its round, as they were signed. */
  readonly prevotes: readonly CementVote[]
}

/** Throws {@link CodecError} for anything but exactly one lock record. */
export function decodeLock(bytes: Uint8Array): StoredLock {
  const reader = new ByteReader(bytes)
  const lockedRound = reader.u16()
  const lockedValue = reader.bytes(HASH_BYTES)
  const validRound = reader.u16()
  const validValue = reader.bytes(HASH_BYTES)
  const draft = reader.bytes(reader.u32())
  const prevotes = readPrevotes(reader)
  reader.end()
  return {
    lockedRound,
    lockedValue: lockedRound === 0 ? undefined : toHex(lockedValue),
    validRound,
    validValue: validRound === 0 ? undefined : toHex(validValue),
    draft,
    prevotes,
  }
}

/** Records written before this part existed end with the draft. */
function readPrevotes(reader: ByteReader): CementVote[] {
  const count = reader.remaining === 0 ? 0 : reader.u16()
  return Array.from({ length: count }, () => decodeVote(reader.bytes(VOTE_BYTES)))
}

function hashOf(value: string | undefined): Uint8Array {
  return (value !== undefined && fromHex(value, HASH_BYTES)) || ZERO_HASH
}

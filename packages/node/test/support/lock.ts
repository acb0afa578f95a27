import { ByteWriter, sha256 } from '@montana/codec'
import type { JournalAppend } from '@montana/store'
import type { BuiltWindow } from './chain.js'
import { commitOf } from './commit.js'

/** A node that locked a built window in `round`: rounds and values, then the draft (spec protocol 11.2 rule 9). */
export function lockOn(built: BuiltWindow, round: number): JournalAppend {
  const { window, cementValue: value } = commitOf(built)
  const fixed = () => new ByteWriter(72 + built.envelope.length).u16(round).bytes(value).u16(round).bytes(value)
  const bytes = fixed().u32(built.envelope.length).bytes(built.envelope).finish()
  return { window, kind: 'lock', round: 0, phase: 0, hash: sha256(bytes.subarray(0, 72)), bytes }
}

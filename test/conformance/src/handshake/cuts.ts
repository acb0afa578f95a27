import type { Draft } from './draft.js'
import { PREFIX_BYTES } from './layout.js'
import type { MessageNumber, PinnedHandshake } from './pinned.js'

/** A connection that ends inside a message: spec transport 18, HS_SIZE of a short input. */
export function cuts(step: MessageNumber, { messages }: PinnedHandshake): Draft[] {
  const bytes = messages[step].length
  const kept = {
    nothing: 0,
    half_its_length: 1,
    its_length: PREFIX_BYTES,
    half: Math.floor(bytes / 2),
    all_but_one_byte: bytes - 1,
  }
  return Object.entries(kept).map(
    ([what, at]): Draft => ({
      name: `cut_to_${what}`,
      step,
      edit: [{ at, drop: bytes - at }],
      ends: true,
      end: 'HS_SIZE',
    }),
  )
}

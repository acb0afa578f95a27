import { fromHex } from '@montana/foundation'

/** One change of a message on the wire; `at` counts from the first byte of its length prefix. */
export type Edit =
  /** Exclusive or. */
  | { readonly at: number; readonly xor: string }
  /** Other bytes in the place of those that are there; more than there are make it longer. */
  | { readonly at: number; readonly put: string }
  /** So many bytes less. */
  | { readonly at: number; readonly drop: number }

/** Throws RangeError for what is no edit. */
export function edited(bytes: Uint8Array, edits: readonly Edit[]): Uint8Array {
  return edits.reduce(editOnce, bytes)
}

function editOnce(bytes: Uint8Array, edit: Edit): Uint8Array {
  if ('drop' in edit) return spliced(bytes, edit.at, edit.drop, new Uint8Array(0))
  if ('put' in edit) return spliced(bytes, edit.at, edit.put.length / 2, unhex(edit.put))
  const mask = unhex(edit.xor)
  const changed = mask.map((value, index) => value ^ (bytes[edit.at + index] ?? 0))
  return spliced(bytes, edit.at, mask.length, changed)
}

function spliced(bytes: Uint8Array, at: number, removed: number, added: Uint8Array): Uint8Array {
  return Uint8Array.from([...bytes.subarray(0, at), ...added, ...bytes.subarray(at + removed)])
}

function unhex(text: string): Uint8Array {
  const bytes = fromHex(text)
  if (bytes === undefined) throw new RangeError(`'${text}' is not hex`)
  return bytes
}

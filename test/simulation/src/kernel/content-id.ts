import { hash } from 'node:crypto'

const ids = new WeakMap<Uint8Array, string>()

/** Names a message by its content, 16 hex digits; computed once per array, which nobody may write to afterwards. */
export function contentId(bytes: Uint8Array): string {
  const known = ids.get(bytes)
  if (known !== undefined) return known
  const id = hash('sha256', bytes, 'hex').slice(0, 16)
  ids.set(bytes, id)
  return id
}

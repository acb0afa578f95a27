import { createHash } from 'node:crypto'

/** Contents seen lately, by hash; duplicates are dropped before any signature check (spec protocol 10.3). */
const ENTRIES = 4_096

/** Remembers byte strings for a while. */
export class Seen {
  readonly #hashes = new Set<string>()

  /** True the first time. */
  add(bytes: Uint8Array): boolean {
    const key = createHash('sha256').update(bytes).digest('base64')
    if (this.#hashes.has(key)) return false
    this.#hashes.add(key)
    if (this.#hashes.size > ENTRIES) this.#hashes.delete(this.#hashes.values().next().value ?? '')
    return true
  }
}

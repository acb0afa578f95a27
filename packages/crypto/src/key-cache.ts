import type { KeyObject } from 'node:crypto'
import { bytesEqual } from '@montana/foundation'

/** The part of a public key that spreads well enough to find it by. */
const RHO_BYTES = 32

interface Entry {
  readonly raw: Uint8Array
  readonly key: KeyObject
}

/** Least recently used verification keys. Found by ρ, the first 32 bytes, and then compared as a whole. */
export class KeyCache {
  readonly #entries = new Map<string, Entry>()
  readonly #capacity: number
  readonly #load: (raw: Uint8Array) => KeyObject

  constructor(capacity: number, load: (raw: Uint8Array) => KeyObject) {
    this.#capacity = capacity
    this.#load = load
  }

  get size(): number {
    return this.#entries.size
  }

  get(raw: Uint8Array): KeyObject {
    const name = Buffer.from(raw.buffer, raw.byteOffset, RHO_BYTES).toString('latin1')
    const known = this.#entries.get(name)
    this.#entries.delete(name)
    const entry = known && bytesEqual(known.raw, raw) ? known : { raw: raw.slice(), key: this.#load(raw) }
    this.#entries.set(name, entry)
    this.#evict()
    return entry.key
  }

  #evict(): void {
    if (this.#entries.size <= this.#capacity) return
    const [oldest] = this.#entries.keys()
    if (oldest !== undefined) this.#entries.delete(oldest)
  }
}

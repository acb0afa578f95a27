/** A map of bounded size: the entry that was longest not asked for is forgotten first. */
export class LruMap<V> {
  readonly #maxEntries: number
  readonly #entries = new Map<string, V>()

  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries
  }

  get size(): number {
    return this.#entries.size
  }

  /** Least recently used first. */
  values(): V[] {
    return [...this.#entries.values()]
  }

  get(key: string): V | undefined {
    const value = this.#entries.get(key)
    if (value === undefined) return undefined
    this.#entries.delete(key)
    this.#entries.set(key, value)
    return value
  }

  /** Gets and forgets. */
  take(key: string): V | undefined {
    const value = this.#entries.get(key)
    this.#entries.delete(key)
    return value
  }

  /** Forgets from the least recently used one on, up to the first that is still `wanted`. */
  dropUnless(wanted: (value: V) => boolean): void {
    for (const [key, value] of this.#entries) {
      if (wanted(value)) return
      this.#entries.delete(key)
    }
  }

  set(key: string, value: V): void {
    this.#entries.delete(key)
    this.#entries.set(key, value)
    if (this.#entries.size <= this.#maxEntries) return
    const oldest = this.#entries.keys().next().value
    if (oldest !== undefined) this.#entries.delete(oldest)
  }
}

import type { MirrorStore } from '../store/mirror-store.js'
import { REMEMBERED } from './constants.js'

/** The newest entries of one kind in a note of the store, so that a reload or a restart finds them. */
export class Remembered<T extends { readonly id: string }> {
  readonly #store: MirrorStore
  readonly #note: string

  constructor(store: MirrorStore, note: string) {
    this.#store = store
    this.#note = note
  }

  get(id: string): T | undefined {
    return this.all().find((entry) => entry.id === id)
  }

  /** Replaces the entry of the same id. */
  put(entry: T): void {
    this.#store.transaction(() => {
      const others = this.all().filter(({ id }) => id !== entry.id)
      this.#store.notes.set(this.#note, JSON.stringify([...others, entry].slice(-REMEMBERED)))
    })
  }

  /** Oldest first. */
  all(): readonly T[] {
    const text = this.#store.notes.get(this.#note)
    return text === undefined ? [] : (JSON.parse(text) as T[])
  }
}

import type { RefEntry, RefStore } from '../fence/ref-store.js'
import { documentText, EMPTY_DOCUMENT, parseDocument, type SentinelDocument } from './document.js'

/** The sentinel's memory at its ref: read once, then written by compare-and-swap against what was read or written last. */
export class DocumentStore {
  readonly #store: RefStore
  #entry: RefEntry | null = null

  constructor(store: RefStore) {
    this.#store = store
  }

  async read(signal: AbortSignal): Promise<SentinelDocument> {
    this.#entry = await this.#store.read(signal)
    return this.#entry === null ? EMPTY_DOCUMENT : parseDocument(this.#entry.text)
  }

  /** False when another run was faster: what this one observed is discarded. */
  async write(document: SentinelDocument, signal: AbortSignal): Promise<boolean> {
    const written = await this.#store.swap(this.#entry, documentText(document), signal)
    if (written) this.#entry = written
    return written !== null
  }
}

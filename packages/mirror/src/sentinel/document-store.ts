import type { RemoteGit } from '../fence/git-calls.js'
import { type RefEntry, RefStore } from '../fence/ref-store.js'
import { DOCUMENT_BYTES_MAX, documentText, EMPTY_DOCUMENT, parseDocument, type SentinelDocument } from './document.js'

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

/** `git`: with access to the replica. Spec repository-mirror 10.3. */
export function openDocumentStore(git: RemoteGit): DocumentStore {
  const place = { ref: 'refs/montana/sentinel', file: 'sentinel.json', bytesMax: DOCUMENT_BYTES_MAX }
  return new DocumentStore(new RefStore(git, place))
}

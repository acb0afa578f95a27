import { CodecError } from '@montana/codec'
import { errorCode, errorMessage } from '@montana/foundation'
import type { MerkleHasher } from '@montana/ledger'
import { EXT_ERROR, ExtError } from '@montana/network'
import { openStore, type ReadStore } from '@montana/store'
import { ANCHOR_ANSWERS, type Views } from './answers.js'
import type { SnapshotReply, SnapshotRequest } from './protocol.js'
import { type AnchorView, openView } from './view.js'

export interface DeskModules {
  readonly dataDir: string
  readonly hasher: MerkleHasher
  say(reply: SnapshotReply): void
}

/** Serves anchors from a read connection of its own; all of it runs in one thread, one request after the other. */
export class SnapshotDesk implements Views {
  readonly #modules: DeskModules
  readonly #views = new Map<number, AnchorView>()
  #store: ReadStore | undefined

  constructor(modules: DeskModules) {
    this.#modules = modules
  }

  at(window: number): AnchorView | undefined {
    return window === 0 ? this.#views.get(Math.max(...this.#views.keys())) : this.#views.get(window)
  }

  take(request: Exclude<SnapshotRequest, { kind: 'stop' }>): void {
    if (request.kind === 'anchors') this.#serve(request.windows)
    else this.#modules.say(this.#replyTo(request))
  }

  close(): void {
    this.#views.clear()
    this.#store?.close()
    this.#store = undefined
  }

  /** The newest first: it is the one that a joiner begins with. */
  #serve(windows: readonly number[]): void {
    for (const window of this.#views.keys()) if (!windows.includes(window)) this.#views.delete(window)
    for (const window of [...windows].sort((a, b) => b - a)) {
      if (!this.#views.has(window)) this.#open(window)
      this.#modules.say({ kind: 'ready', windows: [...this.#views.keys()].sort((a, b) => a - b) })
    }
    if (windows.length === 0) this.#modules.say({ kind: 'ready', windows: [] })
  }

  #open(window: number): void {
    try {
      this.#views.set(
        window,
        this.#reading((store) => openView(store, window, this.#modules.hasher)),
      )
    } catch (error) {
      if (errorCode(error) !== 'ANCHOR_GONE') this.#fault(window, error)
    }
  }

  #replyTo({ id, type, payload }: Extract<SnapshotRequest, { kind: 'ask' }>): SnapshotReply {
    try {
      const answer = ANCHOR_ANSWERS.get(type)
      if (!answer) throw new ExtError(EXT_ERROR.unsupportedType, 'unsupported type')
      const bytes = this.#reading(() => answer(this, payload))
      // A copy only where it is a part of more: what is handed over must be all of its memory.
      const isWhole = bytes.buffer instanceof ArrayBuffer && bytes.byteLength === bytes.buffer.byteLength
      return { kind: 'answer', id, payload: isWhole ? (bytes as Uint8Array<ArrayBuffer>) : Uint8Array.from(bytes) }
    } catch (error) {
      const { extCode: code, text } = this.#refusal(error)
      return { kind: 'refused', id, code, text }
    }
  }

  #refusal(error: unknown): ExtError {
    if (error instanceof ExtError) return error
    if (error instanceof CodecError) return new ExtError(EXT_ERROR.badRequest, error.code)
    if (errorCode(error) === 'ANCHOR_GONE') return new ExtError(EXT_ERROR.notFound, 'this snapshot is no longer served')
    this.#fault(Math.max(0, ...this.#views.keys()), error)
    return new ExtError(EXT_ERROR.internal)
  }

  #fault(window: number, error: unknown): void {
    this.#modules.say({ kind: 'fault', window, detail: errorMessage(error) })
  }

  /** A store that was opened before its first commit must be opened anew after it; that is seen when it is read. */
  #reading<T>(read: (store: ReadStore) => T): T {
    try {
      return read(this.#opened())
    } catch (error) {
      if (errorCode(error) !== 'STORE_BUSY') throw error
      this.#reopen()
      return read(this.#opened())
    }
  }

  #opened(): ReadStore {
    this.#store ??= openStore({ dir: this.#modules.dataDir, mode: 'read' })
    return this.#store
  }

  /** The views read through the old connection. */
  #reopen(): void {
    const windows = [...this.#views.keys()]
    this.close()
    for (const window of windows) this.#open(window)
  }
}

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
  /** Of these something did not hold: whoever fetches one may go on, nobody is told to begin with it. */
  readonly #damaged = new Set<number>()
  #store: ReadStore | undefined

  constructor(modules: DeskModules) {
    this.#modules = modules
  }

  at(window: number): AnchorView | undefined {
    return this.#views.get(window === 0 ? (this.#sound().at(-1) ?? 0) : window)
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
    for (const kept of [this.#views, this.#damaged]) {
      for (const window of kept.keys()) if (!windows.includes(window)) kept.delete(window)
    }
    for (const window of [...windows].sort((a, b) => b - a)) {
      if (!this.#views.has(window)) this.#open(window)
      this.#sayReady()
    }
    if (windows.length === 0) this.#sayReady()
  }

  #sayReady(): void {
    this.#modules.say({ kind: 'ready', windows: this.#sound() })
  }

  /** Ascending. */
  #sound(): number[] {
    return [...this.#views.keys()].filter((window) => !this.#damaged.has(window)).sort((a, b) => a - b)
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
    let asked: AnchorView | undefined
    const views: Views = {
      at: (window) => {
        asked = this.at(window)
        return asked
      },
    }
    try {
      const answer = ANCHOR_ANSWERS.get(type)
      if (!answer) throw new ExtError(EXT_ERROR.unsupportedType, 'unsupported type')
      const bytes = this.#reading(() => answer(views, payload))
      // A copy only where it is a part of more: what is handed over must be all of its memory.
      const isWhole = bytes.buffer instanceof ArrayBuffer && bytes.byteLength === bytes.buffer.byteLength
      return { kind: 'answer', id, payload: isWhole ? (bytes as Uint8Array<ArrayBuffer>) : Uint8Array.from(bytes) }
    } catch (error) {
      const { extCode: code, text } = this.#refusal(error, asked?.window)
      return { kind: 'refused', id, code, text }
    }
  }

  #refusal(error: unknown, window = 0): ExtError {
    if (error instanceof ExtError) return error
    if (error instanceof CodecError) return new ExtError(EXT_ERROR.badRequest, error.code)
    if (errorCode(error) === 'ANCHOR_GONE') return new ExtError(EXT_ERROR.notFound, 'this snapshot is no longer served')
    this.#fault(window, error)
    return new ExtError(EXT_ERROR.internal)
  }

  #fault(window: number, error: unknown): void {
    this.#damaged.add(window)
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

import type { Fence, FenceEntry, FenceRecord, ReturnNotice } from '../contracts/fence.js'
import { mayActIn } from '../decide/fence-records.js'
import type { RemoteGit } from './git-calls.js'
import { parseNotice, parseRecord, RECORD_BYTES_MAX, recordText } from './record.js'
import { type RefEntry, RefStore } from './ref-store.js'

/** Of the namespace `refs/montana/`; a server that refuses it gets `refs/heads/montana/`. */
export type FencePrefix = 'refs/montana/' | 'refs/heads/montana/'

/** The fence of a group: refs of one repository, by compare-and-swap. Spec repository-mirror 9.1. */
export class GitFence implements Fence {
  readonly #epoch: RefStore
  readonly #return: RefStore

  constructor(git: RemoteGit, prefix: FencePrefix = 'refs/montana/') {
    this.#epoch = new RefStore(git, { ref: `${prefix}epoch`, file: 'epoch.json', bytesMax: RECORD_BYTES_MAX })
    this.#return = new RefStore(git, { ref: `${prefix}return`, file: 'return.json', bytesMax: RECORD_BYTES_MAX })
  }

  async read(signal: AbortSignal): Promise<FenceEntry | null> {
    return entryOf(await this.#epoch.read(signal))
  }

  async before({ commit }: FenceEntry, signal: AbortSignal): Promise<FenceEntry | null> {
    return entryOf(await this.#epoch.before(commit, signal))
  }

  async swap(old: FenceEntry | null, next: FenceRecord, signal: AbortSignal): Promise<FenceEntry | null> {
    const before = old === null ? null : { commit: old.commit, text: '' }
    // Whoever looks for the last holder that acted ({@link Fence.before}) finds it at the cut at the latest.
    return entryOf(await this.#epoch.swap(before, recordText(next), signal, mayActIn(next)))
  }

  async readReturn(signal: AbortSignal): Promise<ReturnNotice | null> {
    const found = await this.#return.read(signal)
    return found === null ? null : parseNotice(found.text)
  }

  /** Only one repository is the returned primary: a lost race is another run of it, whose notice is as good. */
  async writeReturn(notice: ReturnNotice, signal: AbortSignal): Promise<void> {
    const old = await this.#return.read(signal)
    await this.#return.swap(old, recordText(notice), signal)
  }
}

function entryOf(found: RefEntry | null): FenceEntry | null {
  return found === null ? null : { commit: found.commit, record: parseRecord(found.text) }
}

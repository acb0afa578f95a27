import type { JournalEntry, WindowCommit } from '@montana/consensus'
import { bytesEqual, toHex } from '@montana/foundation'
import { contentId } from '../kernel/content-id.js'
import type { Dice } from '../kernel/dice.js'
import type { EvidencePair } from './packet.js'

/** The product keeps journal entries of this many closed windows. */
const JOURNAL_WINDOWS_KEPT = 4

export type DiskRecord =
  | { readonly type: 'commit'; readonly commit: WindowCommit }
  | { readonly type: 'journal'; readonly entry: JournalEntry }
  | { readonly type: 'certificate'; readonly window: number; readonly bytes: Uint8Array }
  | { readonly type: 'evidence'; readonly pair: EvidencePair }
  | { readonly type: 'object'; readonly hash: Uint8Array; readonly bytes: Uint8Array | undefined }
  | { readonly type: 'signFrom'; readonly window: number }
  | { readonly type: 'candidacy'; readonly candidacy: StoredCandidacy }

/** How far a candidate is: where its work began, and the registration that it has sent. */
export interface StoredCandidacy {
  readonly wStart: number
  readonly sent?: Uint8Array
}

/** The store refuses a second, different signature for one key; the product stops there. */
export class JournalConflict extends Error {
  constructor(readonly entry: JournalEntry) {
    super(`second ${entry.kind} for window ${entry.window}`)
    this.name = 'JournalConflict'
  }
}

/**
 * What survives a crash: a log of records, each written whole or found torn and dropped with all that follows it.
 * The product's writes are synchronous, so every record is durable when `write` returns, unless the disk lies.
 */
export class Disk {
  #log: DiskRecord[] = []
  #durable = 0
  #isTailTorn = false
  #isLying = false
  readonly commits: WindowCommit[] = []
  readonly journal = new Map<string, JournalEntry>()
  readonly certificates = new Map<number, Uint8Array>()
  readonly evidence = new Map<string, EvidencePair>()
  readonly objects = new Map<string, Uint8Array>()
  signFrom: number | undefined
  candidacy: StoredCandidacy | undefined

  get head(): number {
    return this.commits.length
  }

  /** From now on writes return before they are durable. */
  lie(): void {
    this.#isLying = true
  }

  /** Throws {@link JournalConflict}. */
  write(record: DiskRecord): void {
    this.#apply(record)
    this.#log.push(record)
    if (!this.#isLying || this.#log.length % 8 === 0) this.#durable = this.#log.length
  }

  /** The process dies inside this write: some bytes of the record are there, the checksum is not. */
  tear(): void {
    this.#isTailTorn = true
  }

  /** After a power cut: what was not durable is damaged. Returns whether a torn record had to be dropped. */
  recover(dice: Dice): boolean {
    const kept = this.#durable + dice.integer(0, this.#log.length - this.#durable)
    const wasTorn = this.#isTailTorn
    this.#isTailTorn = false
    if (kept < this.#log.length) this.#rebuild(this.#log.slice(0, kept))
    return wasTorn
  }

  /** Tables come back from a copy, the signature journal does not: spec protocol 16.3. */
  forgetJournal(): void {
    this.#rebuild(this.#log.filter(({ type }) => type !== 'journal' && type !== 'signFrom'))
  }

  /** A new data directory under the old key. */
  wipe(): void {
    this.#rebuild([])
  }

  #rebuild(log: readonly DiskRecord[]): void {
    this.commits.length = 0
    for (const map of [this.journal, this.certificates, this.objects, this.evidence]) map.clear()
    this.signFrom = undefined
    this.candidacy = undefined
    for (const record of log) this.#apply(record)
    this.#log = [...log]
    this.#durable = log.length
  }

  #apply(record: DiskRecord): void {
    switch (record.type) {
      case 'commit':
        return this.#commit(record.commit)
      case 'journal':
        return this.#append(record.entry)
      case 'certificate':
        this.certificates.set(record.window, record.bytes)
        return
      case 'evidence':
        this.evidence.set(evidenceKey(record.pair), record.pair)
        return
      case 'object':
        return this.#keep(toHex(record.hash), record.bytes)
      case 'signFrom':
        this.signFrom = record.window
        return
      case 'candidacy':
        this.candidacy = record.candidacy
        return
    }
  }

  #commit(commit: WindowCommit): void {
    if (commit.window !== this.head + 1) throw new RangeError(`commit of ${commit.window} on top of ${this.head}`)
    this.commits.push(commit)
    if (commit.certificate) this.certificates.set(commit.window, commit.certificate)
    for (const [key, { window }] of this.journal) {
      if (window < commit.window - JOURNAL_WINDOWS_KEPT) this.journal.delete(key)
    }
  }

  #keep(hash: string, bytes: Uint8Array | undefined): void {
    if (bytes) this.objects.set(hash, bytes)
    else this.objects.delete(hash)
  }

  #append(entry: JournalEntry): void {
    const key = journalKey(entry)
    const known = this.journal.get(key)
    if (known && bytesEqual(known.hash, entry.hash)) return
    if (known && !mayReplace(entry)) throw new JournalConflict(entry)
    this.journal.set(key, entry)
  }
}

export function journalKey({ window, kind, round, phase }: Omit<JournalEntry, 'hash' | 'bytes'>): string {
  return `${window}/${kind}/${round}/${phase}`
}

/** A richer confirmation replaces the earlier one, a new lock the old. */
function mayReplace({ kind }: JournalEntry): boolean {
  return kind === 'confirmation' || kind === 'lock'
}

/** The same two statements are one pair, in either order. */
export function evidenceKey({ kind, window, a, b }: EvidencePair): string {
  return `${kind}/${window}/${[contentId(a), contentId(b)].sort().join('/')}`
}

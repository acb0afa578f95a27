import type { JournalEntry, WindowCommit } from '@montana/consensus'
import { bytesEqual } from '@montana/foundation'
import type { Dice } from '../kernel/dice.js'

/** The product keeps journal entries of this many closed windows. */
const JOURNAL_WINDOWS_KEPT = 4

export type DiskRecord =
  | { readonly type: 'commit'; readonly commit: WindowCommit }
  | { readonly type: 'journal'; readonly entry: JournalEntry }
  | { readonly type: 'certificate'; readonly window: number; readonly bytes: Uint8Array }
  | { readonly type: 'evidence'; readonly kind: string; readonly window: number; readonly theirs: Uint8Array }
  | { readonly type: 'object'; readonly hash: string; readonly bytes: Uint8Array }

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
  readonly evidence: Extract<DiskRecord, { type: 'evidence' }>[] = []
  readonly objects = new Map<string, Uint8Array>()

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

  /** An operator loses or restores the signature journal apart from the tables: spec protocol 16.3. */
  forgetJournal(): void {
    this.#rebuild(this.#log.filter(({ type }) => type !== 'journal'))
  }

  #rebuild(log: readonly DiskRecord[]): void {
    this.commits.length = 0
    this.evidence.length = 0
    for (const map of [this.journal, this.certificates, this.objects]) map.clear()
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
        this.evidence.push(record)
        return
      case 'object':
        this.objects.set(record.hash, record.bytes)
        return
    }
  }

  #commit(commit: WindowCommit): void {
    if (commit.window !== this.head + 1) throw new RangeError(`commit of ${commit.window} on top of ${this.head}`)
    this.commits.push(commit)
    for (const [key, { window }] of this.journal) {
      if (window < commit.window - JOURNAL_WINDOWS_KEPT) this.journal.delete(key)
    }
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
  return (kind as string) === 'confirmation' || (kind as string) === 'lock'
}

import { errorCode } from '@montana/foundation'
import { type JournalEntry, type JournalKind, type ReadStore, type StoredWindow, StoreError } from '@montana/store'
import { REOPEN_ATTEMPTS } from './constants.js'
import type { Beginning } from './types.js'

/**
 * A read-only store that is opened again when a node started or stopped on it while it was read. Every method throws
 * StoreError `STORE_CORRUPT` for what is not as it was written, a value of another type included: one flipped bit
 * turns a blob into a text.
 */
export class StoreReader {
  readonly #open: () => ReadStore
  #store: ReadStore
  #reopened = 0

  constructor(open: () => ReadStore) {
    this.#open = open
    this.#store = open()
  }

  /** Runs `work` to its end on one connection; it may be run more than once. Throws what the store throws. */
  read<T>(work: (store: ReadStore) => T): T {
    for (;;) {
      try {
        return work(this.#store)
      } catch (error) {
        if (errorCode(error) !== 'STORE_BUSY' || this.#reopened++ >= REOPEN_ATTEMPTS) throw error
        this.#store.close()
        this.#store = this.#open()
      }
    }
  }

  headWindow(): number {
    return this.read((store) => store.head()?.window ?? 0)
  }

  /** The first window that is stored whole, where that is not the first of the chain, and why. */
  beginning(): Beginning | undefined {
    const { snapshot = 0, pruned = 0 } = this.read((store) => {
      return typed(() => ({ snapshot: store.snapshotBase(), pruned: store.prunedBelow() }))
    })
    if (snapshot === 0 && pruned <= 1) return undefined
    return pruned > snapshot ? { window: pruned, cause: 'pruned' } : { window: snapshot, cause: 'snapshot' }
  }

  integrityFaults(): string[] {
    return this.read((store) => store.integrityFaults())
  }

  genesis(): { hash: Uint8Array | undefined; document: Uint8Array | undefined } {
    return {
      hash: this.#bytes('genesis hash', (store) => store.genesisHash()),
      document: this.#bytes('genesis document', (store) => store.genesisDocument()),
    }
  }

  /** The small columns with the envelope. */
  windowAt(window: number): StoredWindow | undefined {
    const row = this.read((store) => typed(() => store.windowAt(window)))
    for (const [column, value] of Object.entries(row ?? {})) {
      if (column === 'window' || column === 'appliedAtMs' || value === undefined) continue
      requireBytes(value, `${column} of window ${window}`)
    }
    return row
  }

  /** The envelope of a window whose small columns are lost. */
  loneEnvelope(window: number): Uint8Array | undefined {
    const first = (store: ReadStore) => store.windows(window, 1, Number.POSITIVE_INFINITY).next().value?.envelope
    return this.#bytes(`envelope of window ${window}`, first)
  }

  /** T_r of a window whose envelope cannot be read. */
  timechainValue(window: number): Uint8Array | undefined {
    return this.#bytes(
      `timechainValue of window ${window}`,
      (store) => store.history(window, window)[0]?.timechainValue,
    )
  }

  certificate(window: number): Uint8Array | undefined {
    return this.#bytes(`certificate of window ${window}`, (store) => store.certificates.get(window))
  }

  context(): Uint8Array | undefined {
    return this.#bytes('context', (store) => store.context())
  }

  /** All entries at once, which is one state of a running node; a handful, because a node prunes them as it goes. */
  journal(): JournalEntry[] {
    const entries = this.read((store) => typed(() => [...store.journal.entries(0)]))
    for (const entry of entries) requireEntry(entry)
    return entries
  }

  journalEntry(window: number, kind: JournalKind, phase: number): JournalEntry | undefined {
    const entry = this.read((store) => typed(() => store.journal.entry(window, kind, 0, phase)))
    if (entry) requireEntry(entry)
    return entry
  }

  close(): void {
    this.#store.close()
  }

  #bytes(what: string, read: (store: ReadStore) => Uint8Array | undefined): Uint8Array | undefined {
    const value = this.read((store) => typed(() => read(store)))
    if (value !== undefined) requireBytes(value, what)
    return value
  }
}

/** The store itself stumbles over a value of another type when it computes the checksum. */
export function typed<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof TypeError) throw corrupt(`a stored value is of another type: ${error.message}`)
    throw error
  }
}

export function requireBytes(value: unknown, what: string): asserts value is Uint8Array {
  if (!(value instanceof Uint8Array)) throw corrupt(`the stored ${what} is not a byte string`)
}

function requireEntry({ window, kind, hash, bytes }: JournalEntry): void {
  requireBytes(hash, `hash of journal entry ${kind} of window ${window}`)
  requireBytes(bytes, `journal entry ${kind} of window ${window}`)
}

function corrupt(message: string): StoreError {
  return new StoreError('STORE_CORRUPT', message)
}

import { bytesEqual, toHex } from '@montana/foundation'
import { nextKey } from '@montana/ledger'
import { type RangeChunk, STATE_TABLE, type StateTableName, stateTableName } from '@montana/network'
import { SnapshotFileError } from './errors.js'
import type { RecordCounts } from './types.js'

const KEY_BYTES = 32
export const FIRST_KEY = new Uint8Array(KEY_BYTES)
export const LAST_KEY = new Uint8Array(KEY_BYTES).fill(0xff)
/** Nodes first: who they are decides whether the rest is worth reading. */
export const TABLE_ORDER: readonly StateTableName[] = ['node', 'candidate', 'account']

/** Follows the chunks of a file: each begins where the one before it ended, table after table, so that none can be left out. */
export class ChunkOrder {
  readonly #window: number
  readonly #counts: Record<StateTableName, number> = { account: 0, node: 0, candidate: 0 }
  #table = 0
  #lo: Uint8Array = FIRST_KEY

  constructor(window: number) {
    this.#window = window
  }

  get counts(): RecordCounts {
    return { ...this.#counts }
  }

  get isComplete(): boolean {
    return this.#table === TABLE_ORDER.length
  }

  /** Takes the next chunk. Throws {@link SnapshotFileError} for one that does not follow. */
  take(section: string, chunk: RangeChunk): void {
    const fault = this.#fault(chunk)
    if (fault) throw new SnapshotFileError('SNAPSHOT_ORDER', section, fault)
    this.#counts[stateTableName(chunk.table)] += chunk.recordCount
    const next = nextKey(chunk.hi)
    this.#lo = next ?? FIRST_KEY
    if (!next) this.#table += 1
  }

  /** The tables are whole and have as many records as the manifest and the end say. */
  checkEnd(expected: readonly (readonly [section: string, counts: RecordCounts])[]): void {
    const missing = TABLE_ORDER[this.#table]
    if (missing) throw new SnapshotFileError('SNAPSHOT_CUT', 'end', `records of table ${missing} are missing before it`)
    for (const [section, counts] of expected) this.#checkCounts(section, counts)
  }

  #fault(chunk: RangeChunk): string | undefined {
    const table = TABLE_ORDER[this.#table]
    if (!table) return 'records follow the last table'
    if (chunk.window !== this.#window) return `its records are of window ${chunk.window}, not ${this.#window}`
    if (chunk.table !== STATE_TABLE[table])
      return `its records are of table ${stateTableName(chunk.table)}, not ${table}`
    if (!bytesEqual(chunk.lo, this.#lo)) return `its records begin at ${short(chunk.lo)}, not at ${short(this.#lo)}`
    return undefined
  }

  #checkCounts(section: string, counts: RecordCounts): void {
    for (const table of TABLE_ORDER) {
      if (counts[table] === this.#counts[table]) continue
      const message = `it counts ${counts[table]} records of table ${table}, there are ${this.#counts[table]}`
      throw new SnapshotFileError('SNAPSHOT_COUNT', section, message)
    }
  }
}

const short = (key: Uint8Array) => `${toHex(key).slice(0, 16)}…`

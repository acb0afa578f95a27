import { decodeEnvelope, type Envelope, proposalHash } from '@montana/consensus'
import { bytesEqual, formatTime, toHex } from '@montana/foundation'
import type { ReadStore, StoredWindow } from '@montana/store'
import type { ReadShare } from './share.js'

/** Rows kept: some pages of everybody who looks; a row of four members is about 1 kB. */
const ROWS_KEPT = 2_048
const ZERO = new Uint8Array(32)

/** What lists show of a window, and what weights are counted from. It never changes once it is cemented. */
export interface WindowRow {
  readonly window: number
  readonly proposalHash: string
  readonly stateRoot: string
  readonly proposerId: string
  readonly depth: number
  readonly winnerId: string
  readonly endpoint: string
  readonly drawn: boolean
  readonly size: number
  readonly bundles: number
  readonly confirmers: number
  readonly control: number
  readonly appliedAt: string | null
}

/** A window with everything that was cemented. */
export interface WholeWindow {
  readonly stored: StoredWindow
  readonly envelope: Envelope
}

export interface WindowsModules {
  readonly store: Pick<ReadStore, 'windowAt'>
  readonly share: ReadShare
}

/** Cemented windows of the store, one envelope a turn. */
export class Windows {
  readonly #modules: WindowsModules
  /** The one that was asked for longest ago first. */
  readonly #rows = new Map<number, WindowRow>()

  constructor(modules: WindowsModules) {
    this.#modules = modules
  }

  /** Newest first from `from` down, at most `limit`; ends where an envelope is missing. */
  async rows(from: number, limit: number, signal: AbortSignal): Promise<WindowRow[]> {
    const rows: WindowRow[] = []
    for (let window = from; window >= 1 && rows.length < limit; window--) {
      const row = this.#known(window) ?? (await this.#read(window, signal))
      if (!row) break
      rows.push(row)
    }
    return rows
  }

  /** Undefined where its envelope is not stored. */
  whole(window: number, signal: AbortSignal): Promise<WholeWindow | undefined> {
    const { store, share } = this.#modules
    return share.run(() => wholeOf(store, window), signal)
  }

  #known(window: number): WindowRow | undefined {
    const row = this.#rows.get(window)
    if (row) this.#keep(row)
    return row
  }

  #read(window: number, signal: AbortSignal): Promise<WindowRow | undefined> {
    const { store, share } = this.#modules
    return share.run(() => {
      // Somebody who asked at the same time may have had the turn before.
      const known = this.#known(window)
      const whole = known ? undefined : wholeOf(store, window)
      const row = known ?? (whole && rowOf(whole))
      if (row) this.#keep(row)
      return row
    }, signal)
  }

  #keep(row: WindowRow): void {
    this.#rows.delete(row.window)
    this.#rows.set(row.window, row)
    const [oldest] = this.#rows.keys()
    if (this.#rows.size > ROWS_KEPT && oldest !== undefined) this.#rows.delete(oldest)
  }
}

/** Reads one envelope; throws StoreError where it is damaged. */
export function wholeOf(store: Pick<ReadStore, 'windowAt'>, window: number): WholeWindow | undefined {
  const stored = store.windowAt(window)
  return stored?.envelope && { stored, envelope: decodeEnvelope(stored.envelope) }
}

function rowOf({ stored, envelope }: WholeWindow): WindowRow {
  const { header, evidence, confirmers, control, bytes } = envelope
  return {
    window: header.window,
    proposalHash: toHex(proposalHash(header.scope)),
    stateRoot: toHex(header.stateRoot),
    proposerId: toHex(header.proposerNodeId),
    depth: header.fallbackDepth,
    winnerId: toHex(header.winnerId),
    endpoint: toHex(header.winnerEndpoint),
    drawn: isDrawn(header.winnerEndpoint),
    size: bytes.length,
    ...{ bundles: evidence.length, confirmers: confirmers.length, control: control.length },
    appliedAt: timeOf(stored),
  }
}

/** Without a candidate the endpoint is zero: spec protocol 6.4. */
export function isDrawn(endpoint: Uint8Array): boolean {
  return !bytesEqual(endpoint, ZERO)
}

export function timeOf({ appliedAtMs }: Pick<StoredWindow, 'appliedAtMs'>): string | null {
  return appliedAtMs === undefined ? null : formatTime(appliedAtMs)
}

/** Where a join is; bytes are those of records. */
export interface SyncProgress {
  readonly phase: 'anchor' | 'tables' | 'check' | 'done'
  /** The anchor; undefined until one is trusted. */
  readonly window: number | undefined
  readonly chunks: number
  readonly records: { readonly staged: number; readonly expected: number }
  readonly bytes: {
    readonly fetched: number
    readonly expected: number
    /** Fetched and not staged: by earlier processes that were killed, or refused, or brought twice. */
    readonly wasted: number
  }
  /** Bytes per second over the last seconds; null before there is a measure. */
  readonly bytesPerSecond: number | null
  readonly etaSeconds: number | null
  readonly proofs: number
  readonly peers: readonly PeerProgress[]
}

export interface PeerProgress {
  readonly id: string
  readonly label?: string
  readonly status: 'ready' | 'gone' | 'missing' | 'dropped'
  readonly open: number
  readonly chunks: number
  readonly bytes: number
}

/** Rates are taken over this time. No special reason. */
const SPAN_MS = 10_000

/** Bytes per second over the last seconds. */
export class RateMeter {
  readonly #samples: { atMs: number; bytes: number }[] = []

  note(atMs: number, bytes: number): void {
    this.#samples.push({ atMs, bytes })
    while (this.#samples.length > 2 && (this.#samples[0]?.atMs ?? atMs) < atMs - SPAN_MS) this.#samples.shift()
  }

  perSecond(): number | null {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)]
    if (!first || !last || last.atMs === first.atMs) return null
    const bytes = this.#samples.slice(1).reduce((sum, sample) => sum + sample.bytes, 0)
    return (1000 * bytes) / (last.atMs - first.atMs)
  }
}

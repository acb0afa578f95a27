import type { SyncProgress } from '@montana/sync'
import type { CatchUpProgress, CatchUpTotals } from '../runtime/catch-up/progress.js'

const PHASES = { anchor: 'manifest', tables: 'tables', check: 'install', done: 'install' } as const
const NOTHING = { bytes: { fetched: 0, wasted: 0 }, etaSeconds: null } as const

export interface JoinPlace {
  readonly from: number
  readonly target: number
}

/** A snapshot in the making, in the words of catching up. `latest` is undefined until the client has spoken. */
export function joinProgress(latest: SyncProgress | undefined, { from, target }: JoinPlace): CatchUpProgress {
  const { bytes, etaSeconds } = latest ?? NOTHING
  return {
    mode: 'snapshot',
    phase: PHASES[latest?.phase ?? 'anchor'],
    from,
    head: from,
    target,
    windowsPerSecond: undefined,
    etaSeconds: etaSeconds ?? undefined,
    peers: (latest?.peers ?? []).filter(({ open }) => open > 0).map(({ id }) => id),
    bytesFetched: bytes.fetched,
    bytesTwice: bytes.wasted,
    chunks: latest && { proven: latest.records.staged, total: latest.records.expected },
  }
}

/** What a snapshot and the windows after it came to together. */
export function addTotals(a: CatchUpTotals, b: CatchUpTotals): CatchUpTotals {
  return {
    mode: a.mode ?? b.mode,
    windows: a.windows + b.windows,
    seconds: a.seconds + b.seconds,
    bytesFetched: a.bytesFetched + b.bytesFetched,
    bytesTwice: a.bytesTwice + b.bytesTwice,
  }
}

import type { PeerSnapshot } from '@montana/network'
import type { StartOptions } from '../config/start-options.js'
import type { Gap } from '../runtime/catch-up/catch-up.js'
import { chooseSync, type SyncChoice } from '../runtime/catch-up/choose-sync.js'
import type { SnapshotOffer } from './scout.js'

/** What a host of two cores reaches: figures to begin with, replaced by what is measured. */
const REPLAY_PER_SECOND = 20
const RECORDS_PER_SECOND = 5_000

/** Whether a snapshot is the better way over a gap: spec protocol 15.3, step 1. */
export function wantsSnapshot(
  gap: Gap,
  options: Pick<StartOptions, 'sync' | 'snapshotGap'>,
  peers: readonly PeerSnapshot[],
  offer: SnapshotOffer | undefined,
): boolean {
  return choiceFor(gap, options, peers, offer).mode === 'snapshot'
}

function choiceFor(
  { head, target, windowsPerSecond }: Gap,
  { sync: setting, snapshotGap }: Pick<StartOptions, 'sync' | 'snapshotGap'>,
  peers: readonly PeerSnapshot[],
  offer: SnapshotOffer | undefined,
): SyncChoice {
  const offers = peers.flatMap(({ connections, status }) => (connections > 0 && status ? [status] : []))
  const ranges = offers.filter(({ oldestWindow, window }) => oldestWindow > 0 && window > head)
  const snapshots = offers.map(({ snapshotWindow }) => snapshotWindow).filter((window) => window > 0)
  return chooseSync({
    setting,
    head,
    gapWindows: target - head,
    oldestServed: lowest(ranges.map(({ oldestWindow }) => oldestWindow)),
    snapshotWindow: snapshots.length === 0 ? undefined : Math.max(...snapshots),
    snapshotAccounts: offer?.accounts ?? 0,
    replayRate: { perSecond: windowsPerSecond ?? REPLAY_PER_SECOND, isMeasured: windowsPerSecond !== undefined },
    chunkRate: { perSecond: offer?.recordsPerSecond ?? RECORDS_PER_SECOND, isMeasured: offer !== undefined },
    snapshotGap: snapshotGap === 'auto' ? undefined : snapshotGap,
  })
}

function lowest(windows: readonly number[]): number | undefined {
  return windows.length === 0 ? undefined : Math.min(...windows)
}

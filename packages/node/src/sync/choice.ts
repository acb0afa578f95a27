import type { PeerSnapshot } from '@montana/network'
import type { StartOptions } from '../config/start-options.js'
import type { Gap } from '../runtime/catch-up/catch-up.js'

/** Whether a snapshot is the better way over a gap: spec protocol 15.3, step 1. */
export function wantsSnapshot(gap: Gap, { sync }: Pick<StartOptions, 'sync'>, peers: readonly PeerSnapshot[]): boolean {
  const offered = Math.max(
    0,
    ...peers.map(({ connections, status }) => (connections > 0 && status?.snapshotWindow) || 0),
  )
  return sync === 'snapshot' && offered > gap.head
}

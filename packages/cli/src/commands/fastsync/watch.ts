import { MontanaError, sleep } from '@montana/foundation'
import type { NodeStatus } from '@montana/node/settings'
import { catchUpLine } from '../../catch-up-line.js'

const POLL_MS = 250
/** A peer answers a Status within five seconds: only then is known whether this node is behind. */
const STATUS_KNOWN_S = 6

export interface WatchModules {
  status(): Promise<NodeStatus>
  show(line: string): void
  readonly signal: AbortSignal
}

export interface SyncResult {
  readonly window: number
  readonly state_root: string
  readonly mode: 'range' | 'snapshot' | null
  readonly windows: number
  readonly seconds: number
  readonly bytes_fetched: number
  readonly bytes_twice: number
  readonly peers: number
  readonly findings: NodeStatus['findings']
}

/** Polls a node until it follows its peers. Rejects with AbortError, and with `HALTED` when the node signs and applies nothing. */
export async function watchUntilSynced({ status, show, signal }: WatchModules): Promise<SyncResult> {
  for (let first: NodeStatus | undefined; ; ) {
    const now = await status()
    first ??= now
    if (isAtHead(now, first)) return resultOf(now)
    if (now.degraded.includes('STATE_DIVERGED')) throw halted(now)
    show(lineOf(now))
    await sleep(POLL_MS, signal)
  }
}

function isAtHead(now: NodeStatus, first: NodeStatus): boolean {
  if (!now.synced || now.catch_up) return false
  const connected = now.peers.filter(({ conns }) => conns > 0)
  const isTold = now.caught_up.mode !== null || now.window > first.window
  return connected.some(({ up_s }) => isTold || up_s >= STATUS_KNOWN_S)
}

function lineOf(status: NodeStatus): string {
  if (status.catch_up) return catchUpLine(status.catch_up)
  const connected = status.peers.filter(({ conns }) => conns > 0).length
  return `window ${status.window}, ${connected} of ${status.peers.length} peers connected, waiting for their heads`
}

function resultOf({ window, state_root, caught_up, peers, findings }: NodeStatus): SyncResult {
  return { window, state_root, ...caught_up, peers: peers.filter(({ conns }) => conns > 0).length, findings }
}

function halted({ label, window }: NodeStatus): MontanaError {
  return new MontanaError('HALTED', `${label} stands at window ${window}: its chain is not that of its peers`, {
    remedy: 'run montana windows verify on the data directory before anything else',
  })
}

import { MontanaError } from '@montana/foundation'
import type { NodeStatus } from '@montana/node/settings'
import { goodPeers } from './join.js'
import { watchNode } from './watch.js'

/** Spec operations 9.4, step 8. */
const CHECK_MS = 60_000
const LAG_MAX = 1

export interface SelfCheckInit {
  ask(signal: AbortSignal): Promise<NodeStatus | undefined>
  readonly requireSynced: boolean
  readonly signal: AbortSignal
  readonly timeoutMs?: number
}

export interface SelfCheck {
  readonly isSynced: boolean
  /** The last line of onboarding, then phase and the way to validation. */
  readonly lines: readonly string[]
  readonly found: string
}

/** Waits until the node is where the others are, or time is over. Throws MontanaError (1) when it is lost. */
export async function selfCheck({ ask, signal, timeoutMs = CHECK_MS, ...options }: SelfCheckInit): Promise<SelfCheck> {
  const status = await watchNode(
    ask,
    { timeoutMs, signal },
    (status) => isSynced(status) || agreement(status) === 'other',
  )
  if (!status) throw lost('the node does not answer any more', 'read journalctl -u montana-node')
  if (status.peers.every(({ conns }) => conns === 0)) throw lost('the node has lost its peers', 'run montana doctor')
  if (agreement(status) === 'other') throw differs(status)
  const done = isSynced(status)
  if (!done && options.requireSynced) throw notSynced(status)
  return { isSynced: done, lines: [lastLine(status, done), phaseLine(status)], found: foundLine(status) }
}

/** Lag of at most one window, and a peer whose state of a window that both have is the same. */
function isSynced(status: NodeStatus): boolean {
  return status.synced && lagOf(status) <= LAG_MAX && goodPeers(status).length > 0 && agreement(status) === 'same'
}

/** Whether a peer says the same of a window that is known here too; `none` while no such one was heard of. */
export function agreement({ recent, peers }: Pick<NodeStatus, 'recent' | 'peers'>): 'same' | 'other' | 'none' {
  const roots = new Map(recent.map(({ window, state_root }) => [window, state_root]))
  const known = peers.flatMap(({ head }) => (head && roots.has(head.window) ? [head] : []))
  if (known.length === 0) return 'none'
  return known.some(({ window, state_root }) => roots.get(window) === state_root) ? 'same' : 'other'
}

function differs({ label }: NodeStatus): MontanaError {
  return new MontanaError('ROOTS_DIFFER', `${label} and its peers have different states of one window`, {
    remedy: 'stop the node, keep its data directory for the operators of the mesh, and tell them',
  })
}

function lagOf({ window, target_window }: NodeStatus): number {
  return Math.max(0, target_window - window)
}

export function lastLine(status: NodeStatus, isDone: boolean): string {
  const peers = `${goodPeers(status).length} peers`
  if (isDone) return `synced at window ${status.window}, ${peers}`
  return `syncing at window ${status.window} of ${status.target_window}, ${peers}`
}

function phaseLine({ phase, candidate }: NodeStatus): string {
  if (phase === 'Active') return 'phase Active: it validates'
  if (candidate)
    return `phase ${phase}: ${candidate.windows_required - candidate.windows_done} windows of work left to validation`
  return `phase ${phase}: it follows; set enableCandidate: true in node.yaml to begin the work of a validator`
}

function foundLine(status: NodeStatus): string {
  return `window ${status.window} of ${status.target_window}, state ${status.state_root.slice(0, 12)}`
}

function notSynced(status: NodeStatus): MontanaError {
  return new MontanaError('NOT_SYNCED', lastLine(status, false), {
    remedy: 'it goes on by itself; montana status shows how far it is',
  })
}

function lost(message: string, remedy: string): MontanaError {
  return new MontanaError('NOT_CONNECTED', message, { remedy })
}

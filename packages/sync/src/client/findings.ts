import type { SyncPeer } from '../peer.js'
import type { DropReason } from '../plan/events.js'

/** What an operator should hear of. */
export interface SyncFinding {
  /**
   * `PROOF_INVALID`: a peer sent what the trusted header, or its own other words, contradict. `PEER_SLOW`: it kept others
   * waiting. `PEER_REFUSES`: it called everything too large. `TRUST_TABLE_OLD`: the header is believed by members of a window more than 2τ₂ ago.
   */
  readonly code: 'PROOF_INVALID' | 'PEER_SLOW' | 'PEER_REFUSES' | 'TRUST_TABLE_OLD'
  readonly window: number
  readonly peer?: string
  readonly label?: string
  readonly detail: string
}

const CODES: Readonly<Record<DropReason, SyncFinding['code']>> = {
  lied: 'PROOF_INVALID',
  refuted: 'PROOF_INVALID',
  refuses: 'PEER_REFUSES',
  slow: 'PEER_SLOW',
}

export function peerFinding(reason: DropReason, { id, label }: SyncPeer, window: number, detail: string): SyncFinding {
  return { code: CODES[reason], window, peer: id, ...(label !== undefined && { label }), detail }
}

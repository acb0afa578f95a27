import type { SyncPeer } from '../peer.js'

/** What an operator should hear of. */
export interface SyncFinding {
  /**
   * `PROOF_INVALID`: a peer sent what the trusted header, or its own other words, contradict. `PEER_SLOW`: it kept others
   * waiting. `TRUST_TABLE_OLD`: the header is believed by members of a window more than 2τ₂ ago.
   */
  readonly code: 'PROOF_INVALID' | 'PEER_SLOW' | 'TRUST_TABLE_OLD'
  readonly window: number
  readonly peer?: string
  readonly label?: string
  readonly detail: string
}

export function peerFinding(
  code: 'PROOF_INVALID' | 'PEER_SLOW',
  { id, label }: SyncPeer,
  window: number,
  detail: string,
): SyncFinding {
  return { code, window, peer: id, ...(label !== undefined && { label }), detail }
}

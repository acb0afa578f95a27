import { hashOf, type StatusInit, statusDocument } from '../../../../soak/test/support/status.js'

export { hashOf }

export interface MemberInit extends StatusInit {
  phase?: string
  waitsFor?: string[]
  signFrom?: number | null
  active?: number
  /** Another chain from this window on. */
  forkedFrom?: number
}

/** A status as a node of today sends it, with what the page shows beyond the soak record. */
export function memberStatus(init: MemberInit = {}) {
  const { phase = 'Active', waitsFor = [], signFrom = 1, active = 3, forkedFrom = Number.POSITIVE_INFINITY } = init
  const plain = statusDocument(init)
  const forked = (entry: { window: number; state_root: string }) =>
    entry.window >= forkedFrom ? { ...entry, state_root: hashOf(entry.window + 1_000_000, 'b') } : entry
  return {
    ...plain,
    ...(plain.window >= forkedFrom && { state_root: hashOf(plain.window + 1_000_000, 'b') }),
    recent: plain.recent.map(forked),
    phase,
    active_nodes: active,
    clock: { ...plain.clock, load: 0.5 },
    candidate: null,
    epoch: { index: 0, position: 1, length: 100, next_selection: 24 },
    vote: { rule: 'rotation + vote', round: 0, sign_from: signFrom, proposer: 'frankfurt', waits_for: waitsFor },
  }
}

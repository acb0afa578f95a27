import { toHex } from '@montana/foundation'
import type { FindingCode } from './effects.js'
import type { Run } from './run.js'
import { headOf } from './state.js'

export interface Equivocation {
  readonly kind: 'header' | 'vote' | 'confirmation'
  readonly code: FindingCode
  readonly window: number
  readonly nodeId: Uint8Array
  /** Undefined for a header whose envelope is in the store. */
  readonly ours: Uint8Array | undefined
  readonly theirs: Uint8Array
  /** Continues "node … ". */
  readonly detail: string
}

/** Remembered reports: enough for every member of a few windows, then the oldest go. */
const REPORTED_MAX = 1_024

/** Two signed statements of one node that exclude each other: kept for good, reported once (spec protocol 10.4). */
export function reportEquivocation(run: Run, { kind, code, window, nodeId, ours, theirs, detail }: Equivocation): void {
  const key = `${kind}:${window}:${toHex(nodeId)}`
  if (run.state.reported.has(key)) return
  const kept = [...run.state.reported].slice(-REPORTED_MAX)
  run.update({ reported: new Set([...kept, key]) })
  run.emit({ type: 'evidence', kind, window, ours, theirs })
  run.emit({ type: 'finding', code, window, detail: `node ${toHex(nodeId).slice(0, 16)} ${detail}` })
}

/** A proposer that signed two headers for head + 1 is not voted for, unless a quorum already did (spec protocol 10.4). */
export function markDisputed(run: Run, window: number, proposerNodeId: Uint8Array): void {
  if (window !== headOf(run.state) + 1) return
  run.updateVote({ disputed: new Set(run.state.vote.disputed).add(toHex(proposerNodeId)) })
}

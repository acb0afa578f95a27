import type { SoakDefect } from './defect.js'
import type { Link } from './link.js'

/** Records that are missing between two that are there. */
export interface Gap {
  readonly missing: readonly (readonly [from: number, to: number])[]
  /** Reported at the end, unless the records turn up elsewhere. */
  readonly defect: SoakDefect
}

/**
 * The chain as far as it was read. A line that does not join it is kept as `suspect` until its successor tells which of
 * the two neighbours is wrong. Bounded: open gaps and early records are given up beyond {@link OPEN_MAX}.
 */
export interface ChainState {
  /** The last record that has its place. */
  readonly anchor: Link
  /** The one before it. */
  readonly parent: Link | undefined
  readonly suspect: Link | undefined
  /** Lines since the anchor that are no records. */
  readonly corrupt: number
  /** Where the chain goes on after records that stand in it a second time. */
  readonly resume: Link | undefined
  readonly gaps: readonly Gap[]
  /** Records that came before their turn, in order of their sequence. */
  readonly early: readonly Link[]
}

/** More open questions than any accident leaves; beyond it the oldest is answered as it stands. */
export const OPEN_MAX = 1000

export interface Step {
  readonly state: ChainState
  readonly defects: readonly SoakDefect[]
}

export function beginChain(start: Link): ChainState {
  return { anchor: start, parent: undefined, suspect: undefined, corrupt: 0, resume: undefined, gaps: [], early: [] }
}

/** Sequence number that the next line should have. */
export function nextSeq({ anchor, suspect, corrupt }: ChainState): number {
  return (suspect ?? anchor).seq + corrupt + 1
}

export function defectAt(link: Link, kind: SoakDefect['kind']): SoakDefect {
  return { file: link.at?.file ?? '', line: link.at?.line ?? null, seq: link.seq, kind }
}

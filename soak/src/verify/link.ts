import { FIRST_PREV } from '../constants.js'
import type { Place } from './defect.js'

/** What the chain knows of a record. */
export interface Link {
  readonly runId: string | null
  readonly seq: number
  /** Hash of the line, lower hex; null where it is known to be wrong, or unknown. */
  readonly sha256: string | null
  /** Hash of the line before, as the record says it. */
  readonly prev: string | null
  /** Null for what stands before the first line. */
  readonly at: Place | null
}

/** What stands before the first record of a run. */
export const GENESIS: Link = { runId: null, seq: -1, sha256: FIRST_PREV, prev: null, at: null }

/** The last line of something that is not read itself; `sha256` null: nobody knows. */
export function knownLink(seq: number, sha256: string | null): Link {
  return { runId: null, seq, sha256, prev: null, at: null }
}

/** By sequence, hash and run; an unknown hash is taken as right. */
export function isNext(before: Link, link: Link): boolean {
  return link.seq === before.seq + 1 && isLinked(before, link) && isSameRun(before, link)
}

function isLinked(before: Link, link: Link): boolean {
  return before.sha256 === null || link.prev === before.sha256
}

/** One chain holds one run (spec operations 3.3); what stands before the first line has none of its own. */
export function isSameRun(before: Link, link: Link): boolean {
  return before.runId === null || before.runId === link.runId
}

/** A record of another run that begins a file of its own. */
export function isNewRun(before: Link, link: Link): boolean {
  const begins = link.seq === 0 && link.prev === FIRST_PREV && link.at?.line === 1
  return begins && before.runId !== null && link.runId !== before.runId
}

import { beginChain, type ChainState, defectAt, nextSeq, type Step } from './chain-state.js'
import type { CheckedLine } from './check.js'
import type { Place, SoakDefect } from './defect.js'
import { GENESIS, isNewRun, isNext, isSameRun, type Link } from './link.js'
import { fillGaps, isMissing, openDefects, openEarly, openGap, settleEarly } from './open.js'

/** A line that cannot be read may have been two, whose LF was lost. */
const RECORDS_PER_CORRUPT_LINE = 2

/**
 * Takes the next line. A broken link alone does not say which of its two lines was changed, so the verdict waits for the
 * line after: a changed line no longer matches what its successor says of it, and is the one that is named. Where its own
 * `prev` was changed, it matches neither neighbour. One change gives one defect; then the chain goes on. Pure.
 */
export function step(state: ChainState, line: CheckedLine): Step {
  if (line.record === undefined) return corruptLine(state, line.at, line.kind)
  const link = toLink(line)
  if (isNewRun(state.suspect ?? state.anchor, link)) return newRun(state, link)
  return state.suspect ? judge(state, state.suspect, link) : arrive(state, link)
}

/** Decides about a last line whose successor never came, as if it were intact. Pure. */
export function settle(state: ChainState): Step {
  const { suspect, anchor } = state
  if (!suspect) return { state, defects: [] }
  return suspect.seq <= anchor.seq ? dropSuspect(state, suspect) : keepSuspect(state, suspect)
}

/** Everything still open, when no file is left. Pure. */
export function finish(state: ChainState): readonly SoakDefect[] {
  const settled = settle(state)
  return [...settled.defects, ...openDefects(settled.state)]
}

/** True where another record of this sequence number has been read: the line adds nothing to the run. */
export function isTaken(state: ChainState, seq: number): boolean {
  const { anchor, suspect, resume, early } = state
  if (suspect?.seq === seq || early.some((link) => link.seq === seq)) return true
  return seq <= Math.max(anchor.seq, resume?.seq ?? -1) && !isMissing(state, seq) && hasBegun(state)
}

/** What is known of a start, and was not read, takes no place of a record. */
function hasBegun({ anchor }: ChainState): boolean {
  return anchor.runId !== null
}

/** How many records the lines since the anchor can stand for at most. */
export function corruptRecords({ corrupt }: ChainState): number {
  return corrupt * RECORDS_PER_CORRUPT_LINE
}

/** The end of the chain, records that came early included. */
export function chainTip({ anchor, resume, early }: ChainState): Link {
  return early.reduce((tip, link) => (isNext(tip, link) ? link : tip), resume ?? anchor)
}

function corruptLine(state: ChainState, at: Place, kind: 'invalid_json' | 'schema'): Step {
  const settled = settle(state)
  const { corrupt } = settled.state
  const defect = { ...at, seq: nextSeq(settled.state), kind }
  return { state: { ...settled.state, corrupt: corrupt + 1 }, defects: [...settled.defects, defect] }
}

function newRun(state: ChainState, link: Link): Step {
  return { state: { ...beginChain(GENESIS), anchor: link, parent: GENESIS }, defects: finish(state) }
}

function arrive(state: ChainState, link: Link): Step {
  return joins(state, link) ? accept(state, link) : { state: { ...state, suspect: link }, defects: [] }
}

function joins(state: ChainState, link: Link): boolean {
  const { anchor } = state
  if (isNext(anchor, link) || isNext(chainTip(state), link)) return true
  return link.seq > anchor.seq + 1 && link.seq <= anchor.seq + 1 + corruptRecords(state)
}

/** Gives a record its place. */
function accept(state: ChainState, link: Link): Step {
  const { anchor, resume } = state
  const isBack = resume && link.seq > resume.seq
  const { state: settled, defects } = settleEarly(fillGaps(state, link.seq), link.seq)
  const place = { anchor: link, parent: anchor, suspect: undefined, corrupt: 0 }
  return { state: { ...settled, ...place, resume: isBack ? undefined : resume }, defects }
}

/** The successor of a suspect tells what is wrong. */
function judge(state: ChainState, suspect: Link, link: Link): Step {
  if (joins(state, link)) return then(dropSuspect(state, suspect), (next) => accept(next, link))
  if (link.prev === suspect.sha256) return then(keepSuspect(state, suspect), (next) => arrive(next, link))
  return then(changedSuspect(state, suspect, link), (next) => arrive(next, link))
}

/** The chain goes on without it: a copy, or a record out of its place. */
function dropSuspect(state: ChainState, suspect: Link): Step {
  const rest = { ...state, suspect: undefined }
  if (suspect.seq > state.anchor.seq + 1) return openEarly(rest, suspect)
  if (!isMissing(state, suspect.seq)) return { state: rest, defects: [defectAt(suspect, 'seq_duplicate')] }
  return { state: fillGaps(rest, suspect.seq), defects: [defectAt(suspect, 'seq_reorder')] }
}

/** It is intact: what stands before it is wrong, or missing. */
export function keepSuspect(state: ChainState, suspect: Link): Step {
  const { anchor, parent } = state
  const kept = { ...state, anchor: suspect, parent: anchor, suspect: undefined, corrupt: 0 }
  if (suspect.seq === anchor.seq + 1) return { state: kept, defects: [changedBefore(anchor, suspect)] }
  if (suspect.seq > anchor.seq) {
    const { state: opened, defects } = openGap({ ...state, suspect: undefined }, suspect)
    return { state: { ...kept, gaps: opened.gaps }, defects }
  }
  if (suspect.seq === anchor.seq && parent && isNext(parent, suspect)) {
    return { state: { ...kept, parent }, defects: [defectAt(anchor, 'seq_duplicate')] }
  }
  const kind = isMissing(state, suspect.seq) ? 'seq_reorder' : 'seq_duplicate'
  const resume = state.resume ?? anchor
  return { state: { ...fillGaps(kept, suspect.seq), resume }, defects: [defectAt(suspect, kind)] }
}

/** What stands before the first line cannot be named, and is not to blame for another run; then it is the line that does not join. */
function changedBefore(anchor: Link, suspect: Link): SoakDefect {
  const isRunChanged = !isSameRun(anchor, suspect) && suspect.prev === anchor.sha256
  return defectAt(anchor.at && !isRunChanged ? anchor : suspect, 'chain_break')
}

/** It matches neither neighbour. */
function changedSuspect(state: ChainState, suspect: Link, link: Link): Step {
  const { anchor } = state
  const defects = [defectAt(suspect, 'chain_break')]
  if (suspect.seq === anchor.seq + 1 || suspect.prev === anchor.sha256) {
    const runId = anchor.runId ?? suspect.runId
    return { state: replaced(state, { ...suspect, runId, seq: anchor.seq + 1, sha256: null }), defects }
  }
  const isBetween = link.seq > anchor.seq && link.seq < suspect.seq
  if (suspect.seq < anchor.seq + 1 || isBetween) return dropSuspect(state, suspect)
  const kept = keepSuspect(state, suspect)
  if (link.seq !== suspect.seq + 1) return kept
  return { state: replaced(kept.state, { ...suspect, sha256: null }), defects: [...kept.defects, ...defects] }
}

function replaced(state: ChainState, anchor: Link): ChainState {
  return { ...fillGaps(state, anchor.seq), anchor, parent: state.anchor, suspect: undefined, corrupt: 0 }
}

function then(first: Step, next: (state: ChainState) => Step): Step {
  const second = next(first.state)
  return { state: second.state, defects: [...first.defects, ...second.defects] }
}

function toLink({ at, record, sha256 }: Extract<CheckedLine, { record: object }>): Link {
  return { runId: record.run_id, seq: record.seq, sha256, prev: record.prev, at }
}

import { chainTip, corruptRecords, keepSuspect, settle } from './chain.js'
import { beginChain, type ChainState, defectAt, type Step } from './chain-state.js'
import type { Place, SoakDefect, SoakNote } from './defect.js'
import { knownLink, type Link } from './link.js'
import { openDefects } from './open.js'

/** The last line as something outside of the file says it: the head file, or the index of segments. */
export interface ExpectedEnd {
  /** Undefined: nobody knows, as with a hash from the command line. */
  readonly seq: number | undefined
  readonly sha256: string
  /** Undefined: nobody says. */
  readonly runId?: string | undefined
  readonly by: 'head' | 'segment'
}

export interface EndStep extends Step {
  readonly notes: readonly SoakNote[]
}

/** Compares the chain with what was acknowledged. `after` is the place behind the last complete line. Pure. */
export function checkEnd(state: ChainState, end: ExpectedEnd, after: Place): EndStep {
  const settled = settleLast(state, end)
  const { defects, notes } = compare(settled.state, end, after)
  const next = resumed(settled.state, end)
  return { state: next.state, defects: [...settled.defects, ...defects, ...next.defects], notes }
}

/** What is said of the last line takes the place of a successor. */
function settleLast(state: ChainState, end: ExpectedEnd): Step {
  const { suspect, anchor } = state
  if (!suspect || anchor.sha256 === end.sha256) return settle(state)
  if (suspect.sha256 === end.sha256) return keepSuspect(state, suspect)
  const isChanged = suspect.seq === end.seq || suspect.prev === anchor.sha256
  if (!isChanged) return settle(state)
  const link = { ...suspect, seq: end.seq ?? suspect.seq, sha256: end.sha256 }
  return { state: { ...state, anchor: link, suspect: undefined }, defects: [defectAt(suspect, changedKind(end))] }
}

type Compared = Pick<EndStep, 'defects' | 'notes'>

function compare(state: ChainState, end: ExpectedEnd, after: Place): Compared {
  const tip = chainTip(state)
  if (tip.sha256 === end.sha256 && isOther(tip, end))
    return defect({ ...placeOf(tip, after), seq: tip.seq, kind: changedKind(end) })
  if (tip.sha256 === end.sha256 || (tip.sha256 === null && tip.seq === end.seq)) return fine()
  if (tip.prev === end.sha256 && end.by === 'head')
    return note({ ...placeOf(tip, after), seq: tip.seq, kind: 'head_behind' })
  const missing = end.seq === undefined ? 0 : end.seq - tip.seq
  if (missing <= 0) return defect({ ...placeOf(tip, after), seq: tip.seq, kind: changedKind(end) })
  return missing <= corruptRecords(state) ? fine() : defect({ ...after, seq: tip.seq + 1, kind: 'truncated' })
}

/** The right hash under a wrong number or run: then what says so was changed, not the line. */
function isOther(tip: Link, { seq, runId }: ExpectedEnd): boolean {
  return (seq !== undefined && seq !== tip.seq) || (runId !== undefined && tip.runId !== null && runId !== tip.runId)
}

/** The next file begins where this one should have ended, so that one fault is named once; open questions end here. */
function resumed(state: ChainState, end: ExpectedEnd): Step {
  if (end.seq === undefined || end.by === 'head') return { state, defects: [] }
  const start = { ...knownLink(end.seq, end.sha256), runId: state.anchor.runId }
  return { state: beginChain(start), defects: openDefects(state) }
}

function changedKind({ by }: ExpectedEnd): SoakDefect['kind'] {
  return by === 'head' ? 'head_mismatch' : 'chain_break'
}

function placeOf(link: Link, otherwise: Place): Place {
  return link.at ?? otherwise
}

function fine(): Compared {
  return { defects: [], notes: [] }
}

function defect(found: SoakDefect): Compared {
  return { defects: [found], notes: [] }
}

function note(found: SoakNote): Compared {
  return { defects: [], notes: [found] }
}

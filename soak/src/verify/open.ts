import { type ChainState, defectAt, type Gap, OPEN_MAX, type Step } from './chain-state.js'
import type { SoakDefect } from './defect.js'
import type { Link } from './link.js'

type Range = readonly [from: number, to: number]

export function isMissing({ gaps }: ChainState, seq: number): boolean {
  return gaps.some(({ missing }) => missing.some(([from, to]) => from <= seq && seq <= to))
}

/** A gap in front of a record; those that came early are not missing. */
export function openGap(state: ChainState, link: Link): Step {
  const whole: Gap = { missing: [[state.anchor.seq + 1, link.seq - 1]], defect: defectAt(link, 'seq_gap') }
  const gap = state.early.reduce((rest, { seq }) => withoutSeq(rest, seq), whole)
  if (gap.missing.length === 0) return { state, defects: [] }
  return bounded({ ...state, gaps: [...state.gaps, gap] })
}

export function openEarly(state: ChainState, link: Link): Step {
  const early = [...state.early, link].sort((a, b) => a.seq - b.seq)
  return bounded({ ...state, early })
}

/** A gap whose last record turned up is closed: the lines are out of order, and none is missing. */
export function fillGaps(state: ChainState, seq: number): ChainState {
  if (!isMissing(state, seq)) return state
  const gaps = state.gaps.map((gap) => withoutSeq(gap, seq)).filter(({ missing }) => missing.length > 0)
  return { ...state, gaps }
}

/** An early record whose turn has come is out of order; where its place is taken by another, it is a duplicate. */
export function settleEarly(state: ChainState, reached: number): Step {
  const due = state.early.filter(({ seq }) => seq <= reached)
  if (due.length === 0) return { state, defects: [] }
  const kind = (link: Link) => (link.seq === reached ? 'seq_duplicate' : 'seq_reorder')
  const early = state.early.filter(({ seq }) => seq > reached)
  return { state: { ...state, early }, defects: due.map((link) => defectAt(link, kind(link))) }
}

/** What is still open when nothing more comes. */
export function openDefects({ gaps, early }: ChainState): SoakDefect[] {
  return [...gaps.map(({ defect }) => defect), ...early.map((link) => defectAt(link, 'seq_reorder'))]
}

function bounded(state: ChainState): Step {
  const gaps = state.gaps.slice(-OPEN_MAX)
  const early = state.early.slice(-OPEN_MAX)
  const givenUp = { ...state, gaps: state.gaps.slice(0, -OPEN_MAX), early: state.early.slice(0, -OPEN_MAX) }
  return { state: { ...state, gaps, early }, defects: openDefects(givenUp) }
}

function withoutSeq({ missing, defect }: Gap, seq: number): Gap {
  const pieces = ([from, to]: Range): Range[] => {
    if (seq < from || seq > to) return [[from, to]]
    const halves: Range[] = [
      [from, seq - 1],
      [seq + 1, to],
    ]
    return halves.filter(([start, end]) => start <= end)
  }
  return { missing: missing.flatMap(pieces), defect }
}

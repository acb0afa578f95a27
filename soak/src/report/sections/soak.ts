import type { Poll, RunData } from '../../analysis/run-data.js'
import { isoOf } from '../../analysis/times.js'
import { maxOf, rounded } from '../../rules/spans.js'
import type { Report } from '../schema.js'

const LAST_SHOWN = 3
/** A broken file can have a defect in every line; the count of all is in the finding. */
const DEFECTS_SHOWN = 100

/** Section 6: what the records are worth as evidence. */
export function soakSection(data: RunData): Report['soak'] {
  const { quality, polls } = data
  return {
    expected: quality.expected,
    valid: quality.valid,
    missing: quality.missing,
    corrupt: quality.corrupt,
    duplicate: quality.duplicate,
    late: quality.late,
    repaired: quality.repaired,
    coverage: quality.coverage === null ? null : rounded(quality.coverage, 4),
    gaps: quality.gaps.map(({ fromMs, toMs, missingPolls }) => ({
      from: new Date(fromMs).toISOString(),
      to: new Date(toMs).toISOString(),
      missing: missingPolls,
    })),
    defects: quality.defects.slice(0, DEFECTS_SHOWN).map(({ file, line, seq, kind }) => ({ file, line, seq, kind })),
    last_seq: quality.lastSeq,
    last_sha256: quality.lastSha256,
    last: polls.slice(-LAST_SHOWN).map((poll) => lastRow(data, poll)),
  }
}

function lastRow({ nodes }: RunData, { seq, tsMs, headWindow }: Poll): Report['soak']['last'][number] {
  const samples = nodes.flatMap((node) => node.samples.find((sample) => sample.seq === seq) ?? [])
  return {
    ...{ seq, ts: isoOf(tsMs), head: headWindow },
    reachable: samples.filter(({ reachable }) => reachable).length,
    nodes: samples.length,
    max_lag: maxOf(samples.map(({ lag }) => lag)),
  }
}

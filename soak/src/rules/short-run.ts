import type { NodeData, RunData, Sample } from '../analysis/run-data.js'
import { REMEDIES } from './remedies.js'
import { soakEvidence, spanOf } from './spans.js'
import type { RawFinding, Rule } from './types.js'

const MS_PER_S = 1000

/** F-SHORTRUN: a claim over more time than a node was up without an undeclared restart. */
export const shortRunRule: Rule = ({ data, periodS }) => {
  const longest = Math.max(0, ...data.run.claims.map(({ state, span_s }) => (state === 'claimed' ? (span_s ?? 0) : 0)))
  if (longest === 0) return []
  const ofNodes = data.nodes.flatMap((node) => {
    const up = longestUp(data, node)
    return up === undefined || up.seconds >= longest ? [] : [finding(data, node.label, up, longest)]
  })
  return [...ofRecords(data, periodS, longest), ...ofNodes]
}

/** The records themselves must cover the time; a watch that ended early proves nothing about what came after. */
function ofRecords(data: RunData, periodS: number, claimedS: number): RawFinding[] {
  const { polls, quality, fromMs, toMs } = data
  const first = polls[0]
  const last = polls.at(-1)
  if (quality.isLegacy || !first || !last || first.tsMs === null || last.tsMs === null) return []
  const seconds = (last.tsMs - first.tsMs) / MS_PER_S + periodS
  if (seconds >= claimedS) return []
  return [
    {
      ...{ id: 'F-SHORTRUN', severity: 'critical', node: null, peer: null, fromMs, toMs },
      ...{ value: seconds, threshold: claimedS, evidence: [soakEvidence(data, first.seq, last.seq)] },
      text: `${claimedS} s are claimed, and the records cover ${seconds} s`,
      remedy: REMEDIES['F-SHORTRUN'].claim,
    },
  ]
}

interface Up {
  readonly seconds: number
  readonly samples: readonly Sample[]
}

/** The longest time for which the node ran; a declared kill splits a time and does not end it (decisions, "Faults and drills"). */
function longestUp(data: RunData, { label, samples }: NodeData): Up | undefined {
  const spans: Up[] = []
  for (const sample of samples.filter(({ reachable, uptimeS }) => reachable && uptimeS !== null)) {
    const open = spans.at(-1)
    const before = open?.samples.at(-1)
    const continues = before && (before.instance === sample.instance || isPlanned(data, label, before, sample))
    if (continues && open) spans[spans.length - 1] = extended(open, before, sample)
    else spans.push({ seconds: sample.uptimeS ?? 0, samples: [sample] })
  }
  return spans.reduce<Up | undefined>((most, up) => (most && most.seconds >= up.seconds ? most : up), undefined)
}

function extended({ seconds, samples }: Up, before: Sample, now: Sample): Up {
  const passed =
    before.instance === now.instance ? (now.uptimeS ?? 0) - (before.uptimeS ?? 0) : timeBetween(before, now)
  return { seconds: seconds + Math.max(0, passed), samples: [samples[0] ?? now, now] }
}

function timeBetween(before: Sample, now: Sample): number {
  return ((now.tsMs ?? 0) - (before.tsMs ?? 0)) / MS_PER_S
}

function isPlanned(data: RunData, label: string, before: Sample, now: Sample): boolean {
  return data.drills.some((drill) => {
    const ends = drill.toMs ?? Number.POSITIVE_INFINITY
    return drill.label === label && drill.fromMs <= (now.tsMs ?? 0) && ends >= (before.tsMs ?? 0)
  })
}

function finding(data: RunData, node: string, { seconds, samples }: Up, claimedS: number): RawFinding {
  return {
    ...{ id: 'F-SHORTRUN', severity: 'critical', node, peer: null },
    ...spanOf(data, samples),
    ...{ value: seconds, threshold: claimedS },
    text: `${claimedS} s are claimed, and the node was up for ${seconds} s at most`,
    remedy: REMEDIES['F-SHORTRUN'].claim,
  }
}

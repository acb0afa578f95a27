import type { NodeData, Poll, Sample } from '../analysis/run-data.js'
import { REMEDIES } from './remedies.js'
import { reachableOf, rounded, spanOf } from './spans.js'
import type { RawFinding, Rule, RuleInput } from './types.js'

const MS_PER_S = 1000
const TEXT = 'the node cemented no window although its time had come'

/** F-STALL: no advance for more than two window periods, or none while the head advanced two windows. */
export const stallRule: Rule = (input) => input.data.nodes.flatMap((node) => stallsOf(input, node))

function stallsOf(input: RuleInput, node: NodeData): RawFinding[] {
  const heads = new Map(input.data.polls.map((poll) => [poll.seq, poll]))
  return sameWindow(reachableOf(node.samples)).flatMap((stretch) => stallOf(input, node, stretch, heads))
}

/** Neighbouring samples of one window, two or more. */
export function sameWindow(samples: readonly Sample[]): Sample[][] {
  const groups: Sample[][] = []
  for (const sample of samples) {
    if (sample.window === null) continue
    const group = groups.at(-1)
    if (group?.[0]?.window === sample.window) group.push(sample)
    else groups.push([sample])
  }
  return groups.filter((group) => group.length > 1)
}

function stallOf(
  { data, thresholds, windowPeriodS }: RuleInput,
  node: NodeData,
  stretch: readonly Sample[],
  heads: ReadonlyMap<number, Poll>,
): RawFinding[] {
  const seconds = secondsOf(stretch)
  const bound = windowPeriodS === null ? null : thresholds.stall_window_periods * windowPeriodS
  const isLate = seconds !== null && bound !== null && seconds > bound
  if (seconds !== null && seconds < thresholds.stall_least_s) return []
  const isLeftBehind = headGrowth(stretch, heads) >= thresholds.stall_head_windows
  if (!isLate && !isLeftBehind) return []
  return [
    {
      ...{ id: 'F-STALL', severity: 'critical', node: node.label, peer: null },
      ...spanOf(data, stretch),
      value: seconds === null ? `window ${stretch[0]?.window}` : rounded(seconds),
      threshold: bound === null ? `${thresholds.stall_head_windows} windows of the head` : rounded(bound),
      ...{ text: TEXT, remedy: REMEDIES['F-STALL'].mesh },
    },
  ]
}

export function secondsOf(stretch: readonly Sample[]): number | null {
  const from = stretch[0]?.tsMs ?? null
  const to = stretch.at(-1)?.tsMs ?? null
  return from === null || to === null ? null : (to - from) / MS_PER_S
}

function headGrowth(stretch: readonly Sample[], heads: ReadonlyMap<number, Poll>): number {
  const headAt = (sample: Sample | undefined) => (sample && heads.get(sample.seq)?.headWindow) ?? null
  const from = headAt(stretch[0])
  const to = headAt(stretch.at(-1))
  return from === null || to === null ? 0 : to - from
}

import type { NodeData, Poll, Sample } from '../analysis/run-data.js'
import { REMEDIES } from './remedies.js'
import { rounded, soakEvidence, spanOf, stretches } from './spans.js'
import type { RawFinding, Rule, RuleInput } from './types.js'

/** F-CLOCK: a wall clock that is wrong by more than its own measurement may be, or that nobody sets. */
export const clockRule: Rule = (input) => [
  ...input.data.polls.flatMap((poll, index) => stepOf(input, poll, input.data.polls[index - 1])),
  ...input.data.nodes.flatMap((node) => [...offsetsOf(input, node), ...unsynchronised(input, node)]),
]

/** The watchdog's own clock: what it says of slots, gaps and offsets rests on it. */
function stepOf(
  { data, thresholds }: RuleInput,
  { seq, tsMs, clockStepMs }: Poll,
  before: Poll | undefined,
): RawFinding[] {
  const step = clockStepMs ?? 0
  if (!before || Math.abs(step) <= thresholds.clock_warn_ms) return []
  const isCritical = Math.abs(step) > thresholds.clock_critical_ms
  return [
    {
      ...{ id: 'F-CLOCK', severity: isCritical ? 'critical' : 'warning', node: data.run.collector_node, peer: null },
      ...{ fromMs: before.tsMs, toMs: tsMs, value: rounded(step, 1) },
      threshold: isCritical ? thresholds.clock_critical_ms : thresholds.clock_warn_ms,
      evidence: [soakEvidence(data, before.seq, seq)],
      text: 'the wall clock of the watchdog jumped against its monotonic clock, ms',
      remedy: REMEDIES['F-CLOCK'].watchdog,
    },
  ]
}

/** What is certain of an offset: the part beyond its error. */
function certainOffsetMs({ clockOffsetMs, clockErrorMs }: Sample): number {
  return clockOffsetMs === null ? 0 : Math.max(0, Math.abs(clockOffsetMs) - (clockErrorMs ?? 0))
}

function offsetsOf({ data, thresholds }: RuleInput, { label, samples }: NodeData): RawFinding[] {
  const off = stretches(samples, (sample) => certainOffsetMs(sample) > thresholds.clock_warn_ms)
  return off.map((stretch) => {
    const worst = stretch.reduce((most, sample) => (certainOffsetMs(sample) > certainOffsetMs(most) ? sample : most))
    const isCritical = certainOffsetMs(worst) > thresholds.clock_critical_ms
    return {
      ...{ id: 'F-CLOCK', severity: isCritical ? 'critical' : 'warning', node: label, peer: null },
      ...spanOf(data, stretch),
      value: rounded(worst.clockOffsetMs ?? 0, 1),
      threshold: isCritical ? thresholds.clock_critical_ms : thresholds.clock_warn_ms,
      text: 'the wall clock of the node differs from that of the watchdog, ms',
      remedy: REMEDIES['F-CLOCK'].offset,
    }
  })
}

function unsynchronised({ data }: RuleInput, { label, samples }: NodeData): RawFinding[] {
  return stretches(samples, ({ timeSynced }) => timeSynced === false).map((stretch) => ({
    ...{ id: 'F-CLOCK', severity: 'warning', node: label, peer: null },
    ...spanOf(data, stretch),
    ...{ value: 'not synchronised', threshold: 'synchronised' },
    text: 'the time service of the host says that it has no source',
    remedy: REMEDIES['F-CLOCK'].source,
  }))
}

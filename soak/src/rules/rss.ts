import type { NodeData, Sample } from '../analysis/run-data.js'
import { REMEDIES } from './remedies.js'
import { type Slope, slopeOf } from './slope.js'
import { isWarmUp, rounded, soakEvidence, spanOf } from './spans.js'
import type { RawFinding, Rule, RuleInput } from './types.js'

const MS_PER_HOUR = 3_600_000
const MIB = 2 ** 20

/** F-RSS: a process that is too small to be the node, or one that grows. */
export const rssRule: Rule = (input) =>
  input.data.nodes.flatMap((node) => [...tooSmall(input, node), ...growing(input, node)])

function tooSmall({ data, thresholds }: RuleInput, { label, samples }: NodeData): RawFinding[] {
  const small = samples.filter(({ rss }) => rss !== null && rss < thresholds.rss_low_bytes)
  if (small.length === 0) return []
  return [
    {
      ...{ id: 'F-RSS', severity: 'info', node: label, peer: null },
      ...spanOf(data, small),
      ...{ value: Math.min(...small.map(({ rss }) => rss ?? 0)), threshold: thresholds.rss_low_bytes },
      text: 'a libp2p node needs more memory than this: another process was measured, or the node is swapped out',
      remedy: REMEDIES['F-RSS'].low,
    },
  ]
}

export interface InstanceSlope {
  readonly samples: readonly Sample[]
  readonly slope: Slope
}

/** Of the longest-lived instance of a node, after its warm-up; bytes per hour. */
export function rssSlope(samples: readonly Sample[], warmUpS: number): InstanceSlope | undefined {
  const longest = instancesOf(samples, warmUpS).reduce<readonly Sample[]>(
    (most, group) => (hoursOf(group) > hoursOf(most) ? group : most),
    [],
  )
  return slopeOfInstance(longest)
}

/** Samples of each instance that say something of its memory, in order. */
function instancesOf(samples: readonly Sample[], warmUpS: number): Sample[][] {
  const groups = new Map<string, Sample[]>()
  for (const sample of samples) {
    if (sample.instance === null || sample.rss === null || sample.tsMs === null || isWarmUp(sample, warmUpS)) continue
    const group = groups.get(sample.instance)
    if (group) group.push(sample)
    else groups.set(sample.instance, [sample])
  }
  return [...groups.values()]
}

function slopeOfInstance(samples: readonly Sample[]): InstanceSlope | undefined {
  const start = samples[0]?.tsMs ?? 0
  const slope = slopeOf(
    samples.map(({ tsMs, rss }) => ({ hours: ((tsMs ?? 0) - start) / MS_PER_HOUR, value: rss ?? 0 })),
  )
  return slope && { samples, slope }
}

function hoursOf(samples: readonly Sample[]): number {
  return ((samples.at(-1)?.tsMs ?? 0) - (samples[0]?.tsMs ?? 0)) / MS_PER_HOUR
}

/** Six hours are six real ones: a process takes its memory in its first minutes, however short the windows are. */
function growing(input: RuleInput, node: NodeData): RawFinding[] {
  const instances = instancesOf(node.samples, input.thresholds.warm_up_periods * input.periodS)
  return instances.flatMap((samples) => growthOf(input, node, slopeOfInstance(samples)))
}

function growthOf(
  { data, thresholds, timeScale }: RuleInput,
  node: NodeData,
  found: InstanceSlope | undefined,
): RawFinding[] {
  const bound = thresholds.rss_slope_mib_per_hour * timeScale
  if (!found || found.slope.hours < thresholds.rss_slope_hours || found.slope.low / MIB <= bound) return []
  const first = found.samples[0]
  const last = found.samples.at(-1)
  return [
    {
      ...{ id: 'F-RSS', severity: 'warning', node: node.label, peer: null },
      ...{ fromMs: first?.tsMs ?? null, toMs: last?.tsMs ?? null },
      ...{ value: rounded(found.slope.perHour / MIB), threshold: bound },
      evidence: [soakEvidence(data, first?.seq ?? 0, last?.seq ?? 0)],
      text: 'the memory of the process grows, MiB per hour',
      remedy: REMEDIES['F-RSS'].slope,
    },
  ]
}

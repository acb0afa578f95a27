import type { RunData, Sample } from '../analysis/run-data.js'
import { REMEDIES } from './remedies.js'
import { reachableOf, soakEvidence } from './spans.js'
import type { RawFinding, Rule, RuleInput } from './types.js'

const MS_PER_S = 1000

interface Property {
  readonly what: string
  read(sample: Sample): string | null
}

const PROPERTIES: readonly Property[] = [
  { what: 'build', read: ({ build }) => build },
  { what: 'bundle', read: ({ bundle }) => bundle },
  { what: 'manifest', read: ({ manifest }) => manifest?.sha256 ?? null },
]

/** F-SKEW: a node that runs another build, bundle or manifest than most, for more than two periods. */
export const skewRule: Rule = (input) => PROPERTIES.flatMap((property) => skewsOf(input, property))

interface Odd {
  readonly sample: Sample
  readonly usual: string
}

function skewsOf(input: RuleInput, property: Property): RawFinding[] {
  const usual = usualBySeq(input.data, property)
  return input.data.nodes.flatMap(({ label, samples }) => {
    const groups: Odd[][] = []
    let isOpen = false
    for (const sample of reachableOf(samples)) {
      const common = usual.get(sample.seq)
      const own = property.read(sample)
      const isOdd = common !== undefined && own !== null && own !== common
      if (isOdd && isOpen) groups.at(-1)?.push({ sample, usual: common })
      else if (isOdd) groups.push([{ sample, usual: common }])
      isOpen = isOdd
    }
    return groups.flatMap((group) => skewOf(input, label, property, group))
  })
}

/** What most nodes had in each poll; of two that are equally common, the one of the first node. */
function usualBySeq({ nodes }: RunData, { read }: Property): Map<number, string> {
  const counts = new Map<number, Map<string, number>>()
  for (const { samples } of nodes) {
    for (const sample of samples) {
      const value = read(sample)
      if (value === null) continue
      const bySeq = counts.get(sample.seq) ?? new Map<string, number>()
      bySeq.set(value, (bySeq.get(value) ?? 0) + 1)
      counts.set(sample.seq, bySeq)
    }
  }
  return new Map([...counts].flatMap(([seq, values]) => mostCommon(values).map((value) => [seq, value] as const)))
}

function mostCommon(values: ReadonlyMap<string, number>): string[] {
  const most = Math.max(...values.values())
  return [...values]
    .filter(([, count]) => count === most)
    .map(([value]) => value)
    .slice(0, 1)
}

function skewOf(
  { data, thresholds, periodS }: RuleInput,
  node: string,
  { what, read }: Property,
  group: readonly Odd[],
): RawFinding[] {
  const first = group[0]
  const last = group.at(-1)
  if (!first || !last) return []
  const lasted = ((last.sample.tsMs ?? 0) - (first.sample.tsMs ?? 0)) / MS_PER_S
  // As many polls as periods are needed too: the first of them begins the time that passes.
  if (group.length <= thresholds.skew_periods && lasted <= thresholds.skew_periods * periodS) return []
  return [
    {
      ...{ id: 'F-SKEW', severity: 'critical', node, peer: null },
      ...{ fromMs: first.sample.tsMs, toMs: last.sample.tsMs },
      ...{ value: read(first.sample), threshold: first.usual },
      evidence: [soakEvidence(data, first.sample.seq, last.sample.seq)],
      text: `the node runs another ${what} than the others`,
      remedy: REMEDIES['F-SKEW'].release,
    },
  ]
}

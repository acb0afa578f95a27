import type { NodeData, Sample } from '../analysis/run-data.js'
import { percentOf } from './disk.js'
import { REMEDIES } from './remedies.js'
import { maxOf, rounded, spanOf } from './spans.js'
import type { RawFinding, Rule, RuleInput } from './types.js'

interface Pressure {
  readonly what: string
  readonly threshold: 'load_per_core' | 'swap_pct' | 'psi_mem_full_pct'
  readonly remedy: string
  measure(sample: Sample): number | null
}

const PRESSURES: readonly Pressure[] = [
  {
    what: 'load per core',
    threshold: 'load_per_core',
    remedy: REMEDIES['F-RESOURCE'].load,
    measure: ({ load1, cores }) => (load1 === null || cores === null || cores === 0 ? null : load1 / cores),
  },
  {
    what: 'swap in percent of memory',
    threshold: 'swap_pct',
    remedy: REMEDIES['F-RESOURCE'].swap,
    measure: ({ swapUsed, memTotal }) => percentOf(swapUsed, memTotal),
  },
  {
    what: 'time in which everything waited for memory, percent',
    threshold: 'psi_mem_full_pct',
    remedy: REMEDIES['F-RESOURCE'].memory,
    measure: ({ psiMemFull }) => psiMemFull,
  },
]

/** F-RESOURCE: a host under pressure; one finding for each kind, from its first to its last poll. */
export const resourceRule: Rule = (input) =>
  input.data.nodes.flatMap((node) => PRESSURES.flatMap((pressure) => pressureOf(input, node, pressure)))

function pressureOf({ data, thresholds }: RuleInput, { label, samples }: NodeData, pressure: Pressure): RawFinding[] {
  const bound = thresholds[pressure.threshold]
  const over = samples.filter((sample) => (pressure.measure(sample) ?? 0) > bound)
  if (over.length === 0) return []
  return [
    {
      ...{ id: 'F-RESOURCE', severity: 'warning', node: label, peer: null },
      ...spanOf(data, over),
      value: rounded(maxOf(over.map(pressure.measure)) ?? 0, 2),
      threshold: bound,
      text: `${pressure.what} above ${bound} in ${over.length} of ${samples.length} polls`,
      remedy: pressure.remedy,
    },
  ]
}

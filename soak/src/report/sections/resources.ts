import type { NodeData } from '../../analysis/run-data.js'
import { percentOf } from '../../rules/disk.js'
import { rssSlope } from '../../rules/rss.js'
import { reachableOf, rounded } from '../../rules/spans.js'
import type { RuleInput } from '../../rules/types.js'
import type { Report } from '../schema.js'

type Row = Report['resources'][number]

const MIB = 2 ** 20

/** Section 4: as last measured, and how the memory of the longest-lived process moved. */
export function resourceSection(input: RuleInput): Report['resources'] {
  return input.data.nodes.map((node) => row(input, node))
}

function row(input: RuleInput, node: NodeData): Row {
  const last = reachableOf(node.samples).at(-1)
  const percent = (part: number | null | undefined, whole: number | null | undefined) => {
    const value = percentOf(part ?? null, whole ?? null)
    return value === null ? null : rounded(value, 1)
  }
  return {
    label: node.label,
    cores: last?.cores ?? null,
    mem_total: last?.memTotal ?? null,
    mem_used: last?.memUsed ?? null,
    swap_used: last?.swapUsed ?? null,
    swap_pct: percent(last?.swapUsed, last?.memTotal),
    rss: last?.rss ?? null,
    rss_slope: slope(input, node),
    disk_free_pct: percent(last?.diskFree, last?.diskTotal),
    inodes_free_pct: percent(last?.inodesFree, last?.inodesTotal),
    psi_mem_full: last?.psiMemFull ?? null,
    psi_cpu_some: last?.psiCpuSome ?? null,
    cg_current: last?.cgCurrent ?? null,
    eld_p99_ms: last?.eldP99Ms ?? null,
  }
}

function slope({ thresholds, periodS }: RuleInput, { samples }: NodeData): Row['rss_slope'] {
  const found = rssSlope(samples, thresholds.warm_up_periods * periodS)?.slope
  if (!found) return null
  return {
    mib_per_h: rounded(found.perHour / MIB, 2),
    low: rounded(found.low / MIB, 2),
    high: rounded(found.high / MIB, 2),
    hours: rounded(found.hours, 3),
  }
}

import type { Report } from '../../report/schema.js'
import type { Cell, Section } from '../document.js'
import { fixed, mib } from '../numbers.js'
import { absent, cell, decimal, known, left, muted, number, paragraph, right, table, text } from '../parts.js'
import { chart } from './chart.js'

type Row = Report['resources'][number]

const COLUMNS = [
  ...[left('Node'), right('Cores'), right('RAM'), right('Used'), right('Swap'), right('Swap %'), right('RSS')],
  ...[right('RSS slope (MiB/h)'), right('Disk free %'), right('Inodes free %'), right('PSI mem full %')],
  ...[right('PSI CPU some %'), right('cgroup'), right('Loop p99 (ms)')],
]

const bytes = (value: number | null, digits = 0): Cell => known(value, (v) => mib(v, digits))

/** Slope with its 95 % bounds; an interval that holds 0 says nothing about growth. */
function slopeCell(slope: Row['rss_slope']): Cell {
  if (slope === null) return cell(absent('one instance ran too short'))
  const bounds = `${fixed(slope.low, 2)} to ${fixed(slope.high, 2)}, ${fixed(slope.hours, 1)} h`
  return [[text(fixed(slope.mib_per_h, 2))], [muted(bounds)]]
}

function resourceRow(row: Row): Cell[] {
  return [
    cell(text(row.label)),
    number(row.cores),
    ...[row.mem_total, row.mem_used, row.swap_used].map((value) => bytes(value)),
    decimal(row.swap_pct, 1),
    bytes(row.rss, 1),
    slopeCell(row.rss_slope),
    ...[row.disk_free_pct, row.inodes_free_pct, row.psi_mem_full, row.psi_cpu_some].map((value) => decimal(value, 1)),
    bytes(row.cg_current),
    decimal(row.eld_p99_ms, 1),
  ]
}

export function resourcesSection(report: Report): Section {
  const lead =
    'RAM, used, swap, RSS and cgroup in MiB, RSS of the main process. The slope is that of the longest instance, with its 95 % bounds.'
  const note =
    'Resident set of the main process, MiB; the thin dotted rule is the fitted slope of the longest instance.'
  const blocks = [
    paragraph(text(lead)),
    ...chart(report, 'rss', 'Resident memory', note),
    table('Resources', COLUMNS, report.resources.map(resourceRow)),
  ]
  return { number: 4, title: 'Resource pressure on each operator host', blocks }
}

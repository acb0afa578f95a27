import type { ShownReport } from '../bench.js'
import { humanName, times } from '../table.js'
import type { ConsensusRow, Group } from './rows.js'

export const TITLES: Record<Group, string> = {
  replay: 'cemented windows replayed on one core',
  'state size': 'one window by the size of the state',
  proof: 'the clock of one window',
}
export const GROUPS = ['replay', 'state size', 'proof'] as const

/** A block of rows per question, then ratios, then notes. */
export function renderConsensusReport(report: ShownReport): string {
  const rows = report.rows as readonly ConsensusRow[]
  const width = Math.max(...rows.map(({ name }) => name.length))
  const blocks = GROUPS.flatMap((group) => renderGroup(rows, group, width))
  const ratios = Object.entries(report.ratios).map(
    ([name, ratio]) => `${humanName(name).padEnd(width)}  ${times(ratio)}`,
  )
  return `${[...blocks, ...ratios, '', ...report.notes].join('\n')}\n`
}

const BAR_CELLS = 24

function renderGroup(rows: readonly ConsensusRow[], group: Group, width: number): string[] {
  const ofGroup = rows.filter((row) => row.group === group)
  const fastest = Math.max(...ofGroup.map(({ perSecond }) => perSecond))
  const lines = ofGroup.map((row) => {
    const bar = '█'.repeat(Math.max(1, Math.round((row.perSecond / fastest) * BAR_CELLS)))
    return `${row.name.padEnd(width)}  ${cells(row)}  ${bar.padEnd(BAR_CELLS)}  ${aside(row)}`.trimEnd()
  })
  return lines.length === 0 ? [] : [TITLES[group], ...lines, '']
}

function cells({ unit, perSecond }: ConsensusRow): string {
  if (unit === 'steps') return `${(perSecond / 1e6).toFixed(2).padStart(8)} M steps/s  `
  return `${perSecond.toFixed(1).padStart(8)} windows/s  `
}

/** What one window takes, and how far its clock was followed. */
function aside({ unit, perSecond, stepsPerSecond }: ConsensusRow): string {
  if (unit === 'steps') return ''
  const clock = stepsPerSecond === undefined ? '' : `, ${(stepsPerSecond / 1e6).toFixed(1)} M steps/s`
  return `${(1000 / perSecond).toFixed(2)} ms each${clock}`
}

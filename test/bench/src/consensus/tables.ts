import type { BenchReport, Table } from '../bench.js'
import { GROUPS, TITLES } from './render.js'
import type { ConsensusRow, Group } from './rows.js'

export function consensusTables({ rows }: Pick<BenchReport, 'rows'>): Table[] {
  const measured = rows as readonly ConsensusRow[]
  return GROUPS.map((group) =>
    tableOf(
      group,
      measured.filter((row) => row.group === group),
    ),
  )
}

function tableOf(group: Group, rows: readonly ConsensusRow[]): Table {
  const isClock = group === 'proof'
  const fastest = Math.max(...rows.map(({ perSecond }) => perSecond))
  const number = (rate: number) => (isClock ? rate / 1e6 : rate).toFixed(isClock ? 2 : 1)
  const unit = isClock ? 'M steps/s' : 'windows/s'
  return {
    caption: `${TITLES[group].charAt(0).toUpperCase()}${TITLES[group].slice(1)}`,
    columns: ['What is checked', unit, 'slowest round', 'fastest round'],
    rows: rows.map(({ name, perSecond, slowest, fastest: best }) => ({
      cells: [name, number(perSecond), number(slowest), number(best)],
      bar: perSecond / fastest,
    })),
  }
}

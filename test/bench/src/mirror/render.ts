import type { ShownReport } from '../bench.js'
import { humanName, times } from '../table.js'
import type { MirrorRow } from './rows.js'

/** Rows by question, then ratios, then notes. */
export function renderMirrorReport(report: ShownReport): string {
  const rows = report.rows as readonly MirrorRow[]
  const width = Math.max(...rows.map(({ name }) => name.length))
  const lines = rows.map(({ group, name, medianMs, fastestMs, slowestMs, rounds }) => {
    const median = `${medianMs.toFixed(1).padStart(9)} ms`
    const range = `${fastestMs.toFixed(1)} to ${slowestMs.toFixed(1)} in ${rounds}`
    return `${group.padEnd(10)}  ${name.padEnd(width)}  ${median}  ${range}`
  })
  const ratios = Object.entries(report.ratios).map(
    ([name, ratio]) => `${humanName(name).padEnd(width)}  ${times(ratio)}`,
  )
  return `${[...lines, '', ...ratios, '', ...report.notes].join('\n')}\n`
}

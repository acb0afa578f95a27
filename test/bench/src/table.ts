import type { Row, ShownReport } from './bench.js'

/** Rows with bars relative to the fastest, then ratios, then notes. */
export function renderReport(report: ShownReport): string {
  const rows = report.rows as readonly Row[]
  const fastest = Math.max(...rows.map((row) => row.stepsPerSecond))
  const width = Math.max(...rows.map((row) => row.name.length))
  const lines = [
    ...rows.map((row) => renderRow(row, width, fastest)),
    '',
    ...Object.entries(report.ratios).map(([name, ratio]) => `${humanName(name).padEnd(width)}  ${times(ratio)}`),
    '',
    ...report.notes,
  ]
  return `${lines.join('\n')}\n`
}

const BAR_CELLS = 24

function renderRow({ name, stepsPerSecond }: Row, width: number, fastest: number): string {
  const rate = (stepsPerSecond / 1e6).toFixed(2).padStart(8)
  const bar = '█'.repeat(Math.max(1, Math.round((stepsPerSecond / fastest) * BAR_CELLS)))
  return `${name.padEnd(width)}  ${rate} M steps/s  ${bar}`
}

export function times(ratio: number): string {
  return `${ratio.toFixed(2).padStart(8)} ×`
}

/** `verifyOneCoreToChain` → `verify one core ÷ chain`. */
export function humanName(name: string): string {
  return name
    .split('To', 2)
    .map((part) => part.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).trim())
    .join(' ÷ ')
}

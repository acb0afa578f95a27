import type { BenchReport, Row, Table } from '../bench.js'

export function clockTables({ rows }: Pick<BenchReport, 'rows'>): Table[] {
  const measured = rows as readonly Row[]
  const fastest = Math.max(...measured.map(({ stepsPerSecond }) => stepsPerSecond))
  const columns = ['What hashes', 'M steps/s', 'slowest round', 'fastest round']
  const millions = (steps: number) => (steps / 1e6).toFixed(2)
  return [
    {
      caption: 'Sequential SHA-256, and its verification',
      columns,
      rows: measured.map(({ name, stepsPerSecond, slowest, fastest: best }) => ({
        cells: [name, millions(stepsPerSecond), millions(slowest), millions(best)],
        bar: stepsPerSecond / fastest,
      })),
    },
  ]
}

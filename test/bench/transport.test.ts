import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { longIt } from '../support/long-it.js'
import { goals } from './src/transport/goals.js'
import { renderTransportReport } from './src/transport/render.js'
import { percentiles, roundTripsOf, type TransportRow } from './src/transport/rows.js'

const row = (stack: TransportRow['stack'], roundTrips: number, throughputMBps: number): TransportRow => ({
  stack,
  backend: 'node',
  firstByteMs: 60 * roundTrips,
  roundTrips,
  handshakeCpuMs: { initiator: { p50: 1, p99: 2 }, responder: { p50: 1, p99: 2 } },
  throughputMBps,
  rssPerConnection: { dialled: 10_240, accepted: 20_480 },
})

describe('round trips', () => {
  it('are what the length of the link adds, whatever the processor adds', () => {
    expect(roundTripsOf(4 * 60 + 17, 4 * 120 + 17, 60, 120)).toBe(4)
  })
})

describe('percentiles', () => {
  it('are of the nearest rank', () => {
    expect(percentiles(Array.from({ length: 100 }, (_, index) => 100 - index))).toEqual({ p50: 50, p99: 99 })
  })
})

describe('goals', () => {
  it('compare with stock', () => {
    const { ratios, notes } = goals([row('stock', 4, 100), row('pq', 4.2, 85)])
    expect(ratios).toEqual({ pqThroughputToStock: 0.85, pqFirstByteToStock: 1.05 })
    expect(notes.map((note) => note.split(': ').at(-1))).toEqual(['reached', 'reached'])
  })

  it('say so when they are missed', () => {
    const { notes } = goals([row('stock', 4, 100), row('pq', 5, 79)])
    expect(notes.map((note) => note.split(': ').at(-1))).toEqual(['NOT reached', 'NOT reached'])
  })

  it('are not judged where the figure is no number of round trips', () => {
    const { notes } = goals([row('stock', 4, 100), row('pq', 4.6, 85)])
    expect(notes[0]).toMatch(/: not measured, the host was busy$/)
  })

  it('are readable in the table', () => {
    const rows = [row('stock', 4, 100), row('pq', 4, 85)]
    const table = renderTransportReport({ rows, ...goals(rows) })
    expect(table).toMatch(/pq throughput ÷ stock +0\.85 ×/)
    expect(table).toMatch(/stock +- +240\.0 ms +4\.00/)
  })
})

const main = fileURLToPath(new URL('./dist/main.js', import.meta.url))

longIt(
  'measures every contender with two processes of its own',
  async () => {
    const { status, stdout } = spawnSync(process.execPath, [main, 'transport', '--rounds', '1', '--json'], {
      encoding: 'utf8',
    })
    expect(status).toBe(0)
    const { bench, rows } = JSON.parse(stdout) as { bench: string; rows: TransportRow[] }
    expect([bench, rows.map(({ stack, backend }) => `${stack} ${backend}`)]).toEqual([
      'transport',
      ['stock node', 'pq node', 'pq noble', 'hybrid node', 'hybrid noble'],
    ])
    for (const { firstByteMs, roundTrips, throughputMBps } of rows) {
      expect(firstByteMs).toBeGreaterThan(120)
      expect(roundTrips).toBeGreaterThan(1)
      expect(throughputMBps).toBeGreaterThan(0)
    }
  },
  120_000,
)

import type { PhysicalBound } from '../bounds/bound.js'
import { wholeRoundTrips } from './goals.js'
import type { TransportRow } from './rows.js'

/** TCP's own, then the way of the first byte and back: nothing over TCP gets an answer in fewer. */
const ROUND_TRIPS_MIN = 2
const MB = 1e6

/** What goals ask for: the dearer side of each handshake, and round trips beyond those of stock. */
export function transportFigures(rows: readonly TransportRow[]): Record<string, number> {
  const stock = rows.find(({ stack }) => stack === 'stock')
  const ours = rows.filter(({ stack }) => stack !== 'stock')
  return Object.fromEntries(ours.flatMap((row) => figuresOf(row, stock)))
}

function figuresOf(row: TransportRow, stock: TransportRow | undefined): [string, number][] {
  const { initiator, responder } = row.handshakeCpuMs
  const name = row.backend === 'noble' ? `${row.stack}Noble` : row.stack
  const cpu: [string, number][] = [
    [`${name}HandshakeCpuP50Ms`, Math.max(initiator.p50, responder.p50)],
    [`${name}HandshakeCpuP99Ms`, Math.max(initiator.p99, responder.p99)],
  ]
  if (row.backend === 'noble' || !stock) return cpu
  const extra = wholeRoundTrips(row.roundTrips - stock.roundTrips)
  return extra === undefined ? cpu : [...cpu, [`${name}ExtraRoundTrips`, Math.max(0, extra)]]
}

/** For the faster of our profiles. */
export function transportBounds(rows: readonly TransportRow[], loopbackBytesPerSecond: number): PhysicalBound[] {
  const pq = rows.find(({ stack, backend }) => stack === 'pq' && backend === 'node')
  if (!pq) return []
  const line = 'one for TCP, one for the byte and its answer'
  const plain = 'the fastest of three times 256 MiB over one plain TCP connection between two processes'
  return [
    { name: 'first byte, pq', value: ROUND_TRIPS_MIN, unit: 'round trips', measured: pq.roundTrips, how: line },
    { name: 'stream, pq', value: loopbackBytesPerSecond / MB, unit: 'MB/s', measured: pq.throughputMBps, how: plain },
  ]
}

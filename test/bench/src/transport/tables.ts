import type { BenchReport, Table } from '../bench.js'
import type { TransportRow } from './rows.js'

const KIB = 1024

export function transportTables({ rows }: Pick<BenchReport, 'rows'>): Table[] {
  const measured = rows as readonly TransportRow[]
  return [connecting(measured), handshakes(measured), streams(measured)]
}

function connecting(rows: readonly TransportRow[]): Table {
  const longest = Math.max(...rows.map(({ roundTrips }) => roundTrips))
  return {
    caption: 'From the dial to the first byte, behind a link of 60 ms',
    columns: ['Profile', 'round trips', 'ms, median'],
    rows: rows.map((row) => ({
      cells: [nameOf(row), row.roundTrips.toFixed(2), row.firstByteMs.toFixed(1)],
      bar: row.roundTrips / longest,
    })),
  }
}

function handshakes(rows: readonly TransportRow[]): Table {
  const dearest = Math.max(...rows.map(({ handshakeCpuMs }) => handshakeCpuMs.initiator.p50))
  return {
    caption: 'Processor time of a handshake',
    columns: ['Profile', 'dialer p50, ms', 'p99', 'listener p50, ms', 'p99'],
    rows: rows.map((row) => {
      const { initiator, responder } = row.handshakeCpuMs
      const numbers = [initiator.p50, initiator.p99, responder.p50, responder.p99]
      return { cells: [nameOf(row), ...numbers.map((ms) => ms.toFixed(2))], bar: initiator.p50 / dearest }
    }),
  }
}

function streams(rows: readonly TransportRow[]): Table {
  const fastest = Math.max(...rows.map(({ throughputMBps }) => throughputMBps))
  const kib = (bytes: number) => (bytes / KIB).toFixed(0)
  return {
    caption: 'One stream, and the memory of one connection',
    columns: ['Profile', 'MB/s', 'KiB, dialer', 'KiB, listener'],
    rows: rows.map((row) => {
      const { dialled, accepted } = row.rssPerConnection
      const cells = [nameOf(row), row.throughputMBps.toFixed(0), kib(dialled), kib(accepted)]
      return { cells, bar: row.throughputMBps / fastest }
    }),
  }
}

function nameOf({ stack, backend }: TransportRow): string {
  return stack === 'stock' ? 'stock js-libp2p' : `${stack}, ${backend === 'node' ? 'node:crypto' : 'noble'}`
}

import type { PhysicalBound } from '../bounds/bound.js'
import type { Disk } from '../bounds/disk.js'
import { measuredOnly } from '../figures.js'
import type { SyncRow } from './rows.js'

const MB = 1e6
const MIB = 2 ** 20
const MILLION = 1_000_000

/** What goals ask for, of the million accounts where they were joined. */
export function syncFigures(rows: readonly SyncRow[]): Record<string, number> {
  const million = rows.find(({ accounts }) => accounts === MILLION)
  const smallest = rows[0]
  return measuredOnly([
    ['joinSeconds', smallest?.seconds],
    ['joinRssMB', smallest && smallest.peakRssBytes / MB],
    ['millionJoinSeconds', million?.seconds],
    ['millionJoinRssMB', million && million.peakRssBytes / MB],
    ['millionJoinRssMiB', million && million.peakRssBytes / MIB],
  ])
}

/** The records come through a socket and go to a disk: neither is faster than it is with nothing above it. */
export function syncBounds(rows: readonly SyncRow[], loopbackBytesPerSecond: number, disk: Disk): PhysicalBound[] {
  const largest = rows.at(-1)
  if (!largest) return []
  const measured = largest.bytes / largest.tableSeconds / MIB
  const name = `records of ${largest.accounts.toLocaleString('en')} accounts`
  const where = disk.isInMemory ? ' (in memory: no disk below)' : ''
  const wire = 'one plain TCP connection over loopback'
  const store = `128 MiB written in sequence with one fsync${where}`
  return [
    { name: `${name}, wire`, value: loopbackBytesPerSecond / MIB, unit: 'MiB/s', measured, how: wire },
    { name: `${name}, disk`, value: disk.writtenBytesPerSecond / MIB, unit: 'MiB/s', measured, how: store },
  ]
}

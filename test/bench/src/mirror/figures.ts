import type { PhysicalBound } from '../bounds/bound.js'
import type { Disk } from '../bounds/disk.js'
import { measuredOnly } from '../figures.js'
import { HOOK_CALL, HOOK_COMMAND, OUR_FIRST, OUR_SYNC } from './names.js'
import type { MirrorRow } from './rows.js'

const MIB = 2 ** 20
const MS_PER_S = 1000

/** The slowest round where a goal says "never", the median where it does not. */
export function mirrorFigures(rows: readonly MirrorRow[]): Record<string, number> {
  const of = (name: string) => rows.find((row) => row.name === name)
  return measuredOnly([
    ['hookCallMaxMs', of(HOOK_CALL)?.slowestMs],
    ['hookCommandMs', of(HOOK_COMMAND)?.medianMs],
    ['noopSyncMs', of(OUR_SYNC)?.medianMs],
  ])
}

/** A push can be no faster than the target's disk takes what no compression makes smaller. */
export function mirrorBounds(rows: readonly MirrorRow[], mebibytes: number, disk: Disk): PhysicalBound[] {
  const pushed = rows.find(({ name }) => name === OUR_FIRST)
  if (!pushed) return []
  const measured = (mebibytes * MS_PER_S) / pushed.medianMs
  const where = disk.isInMemory ? 'in memory: there is no disk below' : 'on the disk of the targets'
  const how = `128 MiB written in sequence with one fsync, ${where}`
  return [{ name: 'first push', value: disk.writtenBytesPerSecond / MIB, unit: 'MiB/s', measured, how }]
}

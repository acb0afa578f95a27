import type { PhysicalBound } from '../bounds/bound.js'
import type { Disk } from '../bounds/disk.js'
import { measuredOnly } from '../figures.js'
import { ENGINE_ALONE, WITH_ALL, WITH_SIGNATURES, WITH_STORE } from './names.js'
import type { ConsensusRow } from './rows.js'

/** Windows per second by what is checked; what was not measured is left out. */
export function consensusFigures(rows: readonly ConsensusRow[]): Record<string, number> {
  return measuredOnly([
    ['engineWindowsPerSecond', rateOf(rows, ENGINE_ALONE)],
    ['signaturesWindowsPerSecond', rateOf(rows, WITH_SIGNATURES)],
    ['storeWindowsPerSecond', rateOf(rows, WITH_STORE)],
    ['everythingWindowsPerSecond', rateOf(rows, WITH_ALL)],
  ])
}

/** A window is one transaction that is synchronised: no store commits more of them than the disk synchronises pages. */
export function consensusBounds(rows: readonly ConsensusRow[], disk: Disk): PhysicalBound[] {
  const measured = rateOf(rows, WITH_STORE)
  if (measured === undefined) return []
  const where = disk.isInMemory ? '; in memory, there is no disk below' : ''
  const how = `4 KiB appended and synchronised, one after the other${where}`
  return [{ name: 'durable windows', value: disk.syncsPerSecond, unit: 'windows/s', measured, how }]
}

function rateOf(rows: readonly ConsensusRow[], name: string): number | undefined {
  return rows.find((row) => row.name === name)?.perSecond
}

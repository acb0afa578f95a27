import { nowMs } from '../program/clock.js'
import type { Nemesis } from './nemesis.js'
import { targetOf } from './traffic.js'

/** The file system of the data directory has no byte left. */
export const enospc: Nemesis = ({ diskOf, heard, hasDied }, fault) => {
  const label = targetOf(fault)
  const disk = diskOf(label)
  const startMs = nowMs()
  disk.fill()
  return () => {
    disk.free()
    const isFelt = heard(label, startMs).some(({ degraded }) => degraded.includes('DISK_FULL'))
    if (!isFelt && !hasDied(label, startMs)) throw new Error(`${label} has not noticed that its disk was full`)
  }
}

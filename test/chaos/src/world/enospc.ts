import type { Nemesis } from './nemesis.js'
import { targetOf } from './traffic.js'

/** The file system of the data directory has no byte left. */
export const enospc: Nemesis = ({ diskOf }, fault) => {
  const disk = diskOf(targetOf(fault))
  disk.fill()
  return () => disk.free()
}

import type { Fence, FenceEntry, FenceRecord } from '../contracts/fence.js'
import { mayActIn } from '../decide/fence-records.js'

/** As long as a trail becomes before it is cut: spec repository-mirror 9.1. */
const TRAIL_MAX = 1_000

/** The newest record, at this one or before, in which its holder could act; null where the trail has none. */
export async function lastActing(fence: Fence, from: FenceEntry, signal: AbortSignal): Promise<FenceRecord | null> {
  let entry: FenceEntry | null = from
  for (let steps = 0; entry !== null && steps < TRAIL_MAX; steps++) {
    if (mayActIn(entry.record)) return entry.record
    entry = await fence.before(entry, signal)
  }
  return null
}

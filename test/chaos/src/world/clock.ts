import { sleep } from '@montana/foundation'
import { nowMs } from '../program/clock.js'
import type { Nemesis } from './nemesis.js'
import { amountOf, targetOf } from './traffic.js'

const LOOK_EVERY_MS = 100
/** The file of the clock is read again within a second or two; a busy host takes its time. */
const SEEN_TIMEOUT_MS = 15_000

/** The wall clock jumps while the node runs, and back again. */
export const clock: Nemesis = async ({ clockOf, heard, signal }, fault) => {
  const label = targetOf(fault)
  const own = clockOf(label)
  const offsetMs = amountOf(fault) * 1_000
  const startMs = nowMs()
  own.jump(amountOf(fault))
  const isSeen = () => heard(label, startMs).some(({ wallOffsetMs }) => wallOffsetMs / offsetMs > 0.5)
  while (!isSeen() && nowMs() < startMs + SEEN_TIMEOUT_MS) await sleep(LOOK_EVERY_MS, signal)
  return () => {
    own.jump(0)
    if (!isSeen()) throw new Error(`the clock of ${label} has not jumped`)
  }
}

import { sleep } from '@montana/foundation'
import type { Nemesis } from './nemesis.js'
import { amountOf, targetOf } from './traffic.js'

/** The wall clock jumps while the node runs, and back again. */
export const clock: Nemesis = async ({ clockOf, signal }, fault) => {
  const own = clockOf(targetOf(fault))
  own.jump(amountOf(fault))
  await sleep(own.seenAfterMs, signal)
  return () => own.jump(0)
}

import { isAbort, sleep } from '@montana/foundation'
import type { Nemesis } from './nemesis.js'
import { amountOf, targetOf } from './traffic.js'

/** Long enough that what it computes notices, short enough that no heartbeat does. */
const PERIOD_MS = 200

/** The process runs for a part of each period and is stopped for the rest, as a cgroup quota would do; needs no rights. */
export const cpu: Nemesis = ({ nodeOf, signal }, fault) => {
  const node = nodeOf(targetOf(fault))
  const runMs = (PERIOD_MS * amountOf(fault)) / 100
  const over = new AbortController()
  const isOver = AbortSignal.any([signal, over.signal])
  const done = throttle(
    () => node.signal('SIGSTOP'),
    () => node.signal('SIGCONT'),
    runMs,
    isOver,
  )
  return async () => {
    over.abort()
    await done
  }
}

async function throttle(stop: () => void, go: () => void, runMs: number, signal: AbortSignal): Promise<void> {
  try {
    for (;;) {
      stop()
      await sleep(PERIOD_MS - runMs, signal)
      go()
      await sleep(runMs, signal)
    }
  } catch (error) {
    if (!isAbort(error)) throw error
  } finally {
    go()
  }
}

import { uptime } from 'node:os'
import type { Clock } from '../core/api.js'

/** `bootMs` counts suspend, the monotonic clock of Node does not: spec three-mirror 10.5. */
export function systemClock(): Clock {
  return { nowMs: performance.now(), bootMs: uptime() * 1000 }
}

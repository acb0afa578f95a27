import { sleep, systemTime, type TimeSource } from '@montana/foundation'

/** Time that can also be waited for; tests bring one that jumps. */
export interface Clock extends TimeSource {
  sleep(ms: number, signal: AbortSignal): Promise<void>
}

export const systemClock: Clock = { ...systemTime, sleep }

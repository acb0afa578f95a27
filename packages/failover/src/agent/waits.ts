import { sleep } from '@montana/foundation'
import type { StatusKeeper } from './status-keeper.js'

/** How long an ending agent waits for its roles to be handed over or stopped. */
const FAREWELL_MS = 5_000
const CHECK_MS = 50

export function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}

/** Resolves when no role is held any more, or when waiting longer would help nobody. */
export async function untilIdle(status: StatusKeeper): Promise<void> {
  for (let waited = 0; waited < FAREWELL_MS; waited += CHECK_MS) {
    // At least one turn passes before the command can have had an effect.
    await sleep(CHECK_MS)
    if (status.decisions.every(({ claim }) => claim.state === 'standby' || claim.state === 'candidate')) return
  }
}

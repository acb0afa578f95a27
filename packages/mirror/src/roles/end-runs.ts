import { sleep, type TimeSource } from '@montana/foundation'
import { MirrorError } from '../contracts/errors.js'
import type { WorkflowControl } from '../contracts/provider.js'

export const DRAIN_POLL_MS = 5_000
/** A run that acts ends by itself within its permit. */
export const DRAIN_TIMEOUT_MS = 45 * 60_000

export interface EndRunsInit {
  readonly workflows: WorkflowControl
  /** Workflows that act. */
  readonly files: readonly string[]
  /** Whose they are, for messages. */
  readonly whose: string
  readonly time: TimeSource
  readonly pollMs?: number
}

/** Each run is cancelled and waited for, so that no effect of the epoch before can come after. Throws BUSY. */
export async function endRuns(init: EndRunsInit, signal: AbortSignal): Promise<void> {
  const { workflows, files, whose, time, pollMs = DRAIN_POLL_MS } = init
  const startMs = time.monotonicMs()
  while ((await cancelRuns(workflows, files, signal)) > 0) {
    if (time.monotonicMs() - startMs >= DRAIN_TIMEOUT_MS) throw stillRunning(whose)
    await sleep(pollMs, signal)
  }
}

/** How many had not ended. */
export async function cancelRuns(
  workflows: WorkflowControl,
  files: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  let running = 0
  for (const file of files) {
    for (const run of await workflows.inProgress(file, signal)) {
      running++
      await workflows.cancel(run.id, signal)
    }
  }
  return running
}

export function stillRunning(whose: string): MirrorError {
  return new MirrorError('BUSY', `runs of ${whose} do not end`, {
    remedy: `cancel them by hand; ${whose} goes on until then`,
  })
}

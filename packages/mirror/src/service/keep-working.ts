import { errorCode, isAbort, sleep } from '@montana/foundation'
import type { Mirror } from './mirror.js'
import type { MirrorParts } from './parts.js'

/** How soon a queue that another process has left is taken over. */
const AGAIN_MS = 5_000
/** A primary that did not tell its id is asked again. */
const ASK_AGAIN_MS = 30_000

export interface KeepWorkingInit {
  /** Asks the primary for its id again. */
  readonly reconfigure: () => Promise<void>
  readonly againMs?: number
}

/**
 * Works off the queue until the signal fires, by the parts that count at the time. Beside another worker it waits for its
 * end; a primary that is not known to hold the epoch does nothing. Never throws.
 */
export async function keepWorking(mirror: Mirror, init: KeepWorkingInit, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    if (isUnknown(mirror.parts)) await quietly(mirror, init.reconfigure)
    const stop = AbortSignal.any([signal, mirror.changed])
    if (mayWork(mirror.parts)) await quietly(mirror, async () => await mirror.run(stop))
    await sleep(pauseMs(mirror.parts, init), stop).catch(() => {})
  }
}

async function quietly({ parts: { log } }: Mirror, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!isAbort(error)) log.warn({ code: errorCode(error) }, 'the queue is not worked off here now')
  }
}

function pauseMs(parts: MirrorParts, { againMs = AGAIN_MS }: KeepWorkingInit): number {
  return isUnknown(parts) ? ASK_AGAIN_MS : againMs
}

function mayWork(parts: MirrorParts): boolean {
  const { enabled, role, targets } = parts.config
  return enabled && role === 'MASTER' && targets.length > 0 && !isUnknown(parts)
}

/** It has an id, and its provider does not tell it now: without it nothing would be fenced. */
function isUnknown({ config, self }: MirrorParts): boolean {
  return config.enabled && config.primaryRepository !== null && self === null
}

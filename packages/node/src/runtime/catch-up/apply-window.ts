import { withTimeout } from '@montana/foundation'
import type { Inbox } from '../inbox.js'
import type { EngineLoop } from '../loop.js'
import { WrongWindow } from './errors.js'
import { APPLY_TIMEOUT_MS } from './limits.js'
import type { RangeWindow } from './window-source.js'

export interface ApplyModules {
  readonly loop: EngineLoop
  readonly inbox: Inbox
  readonly signal: AbortSignal
}

/**
 * One fetched window, by the same acceptance as a live one. Rejects with {@link WrongWindow} or what the inbox throws where
 * it does not hold, and with abort.
 */
export async function applyWindow(
  modules: ApplyModules,
  peerId: string,
  window: number,
  { envelope, certificate }: RangeWindow,
): Promise<void> {
  const { loop, inbox } = modules
  if (loop.head >= window) return
  await inbox.takeEnvelope(peerId, envelope, 'range')
  await space(modules)
  if (certificate && loop.head < window) await inbox.takeCertificate(peerId, certificate)
  await space(modules)
  if (loop.head < window && !loop.state.held && !loop.state.halted) throw new WrongWindow(window)
  await reached(modules, window)
}

/** A full disk holds the step that a window has caused, which says nothing about its source. */
async function space({ loop, signal }: ApplyModules): Promise<void> {
  if (loop.isHeld) await loop.whenFree(signal)
}

async function reached(modules: ApplyModules, window: number): Promise<void> {
  const { loop, signal } = modules
  try {
    await withTimeout(APPLY_TIMEOUT_MS, signal, (waiting) => loop.waitForHead(window, waiting))
  } catch (error) {
    if (!loop.isHeld) throw error
    await space(modules)
    await reached(modules, window)
  }
}

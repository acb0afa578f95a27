import { MirrorError } from '../contracts/errors.js'
import type { Fence, FenceEntry } from '../contracts/fence.js'
import type { Transition } from '../decide/fence-records.js'
import type { Refusal } from '../decide/refusal.js'

/** What a rule refuses as an error: FENCED (exit 5) for whoever may not act, else EPOCH_LOST or PRECONDITION (exit 8). */
export function refusedError({ code, reason }: Refusal): MirrorError {
  const shown = code === 'FENCED' || code === 'EPOCH_LOST' || code === 'BUSY' ? code : 'PRECONDITION'
  return new MirrorError(shown, reason, { remedy: 'look at `montana mirror status`: another side holds the epoch' })
}

/** Writes what a rule allows as child of the record that it was made from. Throws EPOCH_LOST when somebody was faster. */
export async function swapOrThrow(
  fence: Fence,
  old: FenceEntry,
  transition: Transition,
  signal: AbortSignal,
): Promise<FenceEntry> {
  if ('refused' in transition) throw refusedError(transition.refused)
  const written = await fence.swap(old, transition.ok, signal)
  if (written) return written
  throw new MirrorError('EPOCH_LOST', 'the fence record changed in between; nothing was written', {
    remedy: 'read the new record and decide anew',
  })
}

import { bytesEqual, MontanaError, toHex } from '@montana/foundation'
import type { ReadStore } from '@montana/store'
import type { Checkpoint } from '../config/start-options.js'

/** A chain that contradicts the operator's checkpoint is not this network, whatever its signatures say. Throws (78). */
export function checkPin(store: ReadStore, checkpoint: Checkpoint | undefined, head: number): void {
  if (!checkpoint || head < checkpoint.window) return
  const stored = store.windowAt(checkpoint.window)
  if (!stored || bytesEqual(stored.proposalHash, checkpoint.hash)) return
  const [found, wanted] = [toHex(stored.proposalHash), toHex(checkpoint.hash)]
  throw new MontanaError(
    'CHECKPOINT_MISMATCH',
    `window ${checkpoint.window} has proposal hash ${found}, the checkpoint says ${wanted}`,
    { field: 'checkpoint', remedy: 'correct --checkpoint, or start in another data directory', exitCode: 78 },
  )
}

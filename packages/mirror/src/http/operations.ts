import type { SentinelDocument } from '../sentinel/document.js'
import { demoteReplica } from '../service/demote.js'
import type { Mirror } from '../service/mirror.js'
import type { MirrorParts } from '../service/parts.js'
import { promoteReplica } from '../service/promote.js'
import { removeSlot, type SlotPlace } from '../service/remove-slot.js'
import { openReplica } from '../service/replica-side.js'
import type { MoreOperations } from './mirror-service.js'

export interface OperationsInit extends SlotPlace {
  /** Of runs that are waited for; shorter in tests only. */
  readonly pollMs?: number
}

/**
 * Everything that changes roles or configuration, and what the sentinel saw, as `mirrorService` takes it: the same functions
 * that the verbs `promote`, `demote` and `remove` call.
 */
export function operations(
  mirror: Mirror,
  init: OperationsInit,
): Required<Pick<MoreOperations, 'promote' | 'demote' | 'remove' | 'readSentinel'>> {
  const { pollMs } = init
  return {
    promote: (name, asked, signal) => promoteReplica(mirror.parts, name, asked, signal, pollMs),
    demote: (name, asked, signal) => demoteReplica(mirror.parts, name, asked, signal, pollMs),
    remove: async (name, asked, signal) => {
      const report = await removeSlot(mirror.parts, name, asked, init, signal)
      if (!asked.dryRun) mirror.forget(name)
      return report
    },
    readSentinel: (signal) => readSentinel(mirror.parts, signal),
  }
}

/** Of the replica that holds the fence, as `montana mirror sentinel status` shows it; null where there is none. */
async function readSentinel(parts: MirrorParts, signal: AbortSignal): Promise<SentinelDocument | null> {
  const { targets, config } = parts
  const watched = targets.find(({ type, target }) => type === 'github' && target.slot === config.fenceSlot)
  if (watched === undefined) return null
  const { document } = await openReplica(parts, watched.target.name, signal)
  return await document.read(signal)
}

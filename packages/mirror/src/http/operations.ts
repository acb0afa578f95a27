import { MirrorError } from '../contracts/errors.js'
import type { SentinelDocument } from '../sentinel/document.js'
import { type AddInit, addSlot, freeSlot } from '../service/add-slot.js'
import { testCandidate } from '../service/candidate.js'
import { demoteReplica } from '../service/demote.js'
import type { Mirror } from '../service/mirror.js'
import type { MirrorParts } from '../service/parts.js'
import { promoteReplica } from '../service/promote.js'
import { removeSlot, type SlotPlace } from '../service/remove-slot.js'
import { openReplica } from '../service/replica-side.js'
import { hostKeys, makeKey } from '../service/ssh-tools.js'
import type { MoreOperations } from './mirror-service.js'

export interface OperationsInit extends SlotPlace {
  /** Of the configuration after a target is gone or new; the mirror that is open goes by it then. */
  readonly reconfigure?: () => Promise<void>
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
      if (asked.dryRun) return report
      mirror.forget(name)
      await init.reconfigure?.()
      return report
    },
    readSentinel: (signal) => readSentinel(mirror.parts, signal),
  }
}

export interface AddingInit extends AddInit {
  /** Reads the configuration anew and goes by it. */
  readonly reconfigure: () => Promise<void>
}

/** What adds a target, as `mirrorService` takes it. One at a time: two would take the same slot. */
export function adding(
  mirror: Mirror,
  init: AddingInit,
): Required<Pick<MoreOperations, 'testCandidate' | 'addSlot' | 'sshTools'>> {
  let isAdding = false
  return {
    testCandidate: (candidate, signal) => testCandidate(init, candidate, freeSlot(mirror.parts), signal),
    addSlot: async (candidate, testedAs, signal) => {
      if (isAdding) throw new MirrorError('BUSY', 'another mirror is being added', { remedy: 'wait for its end' })
      isAdding = true
      try {
        const report = await addSlot(mirror.parts, init, candidate, testedAs, signal)
        await init.reconfigure()
        return report
      } finally {
        isAdding = false
      }
    },
    sshTools: {
      makeKey: (signal) => makeKey(init.dataFolder, signal),
      hostKeys: (url, signal) => hostKeys(url, signal),
    },
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

import { errorMessage, isAbort, MontanaError } from '@montana/foundation'
import type { PermissionCheck } from '../../contracts/provider.js'
import type { TargetCall } from '../../push/git.js'
import { listTarget } from '../../push/target.js'
import { PROBE_NAMESPACES, type ProbeOutcome, probeNamespace } from './probe.js'

const READ = { name: 'read', needed: 'list the refs' }
const WRITE = { name: 'write', needed: 'create and delete a ref' }
const FENCE = { name: 'fence namespace', needed: 'a ref below refs/montana/' }

const LEFT_BEHIND = 'The server lets nobody delete: remove the probe ref there.'

/** Each right live, in the order in which one needs the other; ends after the first that is missing. */
export async function* gitChecks(call: TargetCall): AsyncGenerator<PermissionCheck> {
  const unread = await refusedBy(() => listTarget(call, [], ['HEAD']))
  yield { ...READ, granted: unread === null, remedy: unread }
  if (unread !== null) return
  yield* writeChecks(call)
}

async function* writeChecks(call: TargetCall): AsyncGenerator<PermissionCheck> {
  const [first, second] = PROBE_NAMESPACES
  const own = await probe(call, first)
  const found = own.accepted ? own : await probe(call, second)
  if (!found.accepted) {
    yield { ...WRITE, granted: false, remedy: found.reason }
    return
  }
  yield { ...WRITE, granted: true, remedy: found.isDeleted ? null : LEFT_BEHIND }
  const elsewhere = own.accepted ? null : `The server refuses it (${own.reason}); ${second} is used instead.`
  yield { ...FENCE, granted: own.accepted, remedy: elsewhere }
}

async function probe(call: TargetCall, namespace: string): Promise<ProbeOutcome> {
  return await probeNamespace(call, namespace).catch((error: unknown): ProbeOutcome => {
    if (isAbort(error)) throw error
    return { accepted: false, reason: wordsOf(error) }
  })
}

/** Why the target refuses, with what to do; null when it does not. Throws AbortError. */
async function refusedBy(work: () => Promise<unknown>): Promise<string | null> {
  return await work().then(
    () => null,
    (error: unknown) => {
      if (isAbort(error)) throw error
      return wordsOf(error)
    },
  )
}

function wordsOf(error: unknown): string {
  const remedy = error instanceof MontanaError ? error.remedy : undefined
  return [errorMessage(error), remedy].filter((text) => text !== undefined).join('. ')
}

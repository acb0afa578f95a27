import { errorMessage, isAbort } from '@montana/foundation'
import type { VariableStore } from '../contracts/provider.js'
import type { SentinelDocument } from '../sentinel/document.js'

/** For people to see; the count itself is in the memory at its ref. Spec repository-mirror 10.3. */
const SHOWN = 'SENTINEL_FAILURES'

/** Writes what is there already. A token that may not could not promote either. Throws MirrorError. Spec 10.4. */
export async function proveWrite(variables: VariableStore, signal: AbortSignal): Promise<void> {
  await variables.put(SHOWN, (await variables.get(SHOWN, signal)) ?? '0', signal)
}

/** The warning when it cannot be written; null otherwise. */
export async function showFailures(
  variables: VariableStore,
  { memory }: SentinelDocument,
  signal: AbortSignal,
): Promise<string | null> {
  const count = String(memory?.count.count ?? 0)
  try {
    if ((await variables.get(SHOWN, signal)) !== count) await variables.put(SHOWN, count, signal)
    return null
  } catch (error) {
    if (isAbort(error)) throw error
    return `${SHOWN} is not shown: ${errorMessage(error)}`
  }
}

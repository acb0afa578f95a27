import { join } from 'node:path'
import { makeDirectory, sleep } from '@montana/foundation'
import { tryProcessLock } from '@montana/foundation/process-lock'
import { FleetError } from '../errors.js'
import { giveToOwner } from './owner.js'

const RETRY_MS = 50
/** A whole run of a sync job is over by then. */
const WAIT_MS = 15_000

/**
 * One process at a time puts documents of this name in force; the lock ends with its owner, however that ends. Throws
 * FleetError SYNC_LOCKED or AbortError.
 */
export async function withSyncLock<T>(
  stateDir: string,
  name: string,
  work: () => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  await makeDirectory(stateDir, 0o755)
  const path = join(stateDir, `${name}.lock.db`)
  const deadline = performance.now() + WAIT_MS
  let release = tryProcessLock(path)
  while (!release) {
    if (performance.now() > deadline) throw locked(path)
    await sleep(RETRY_MS, signal)
    release = tryProcessLock(path)
  }
  try {
    return await work()
  } finally {
    release()
    await giveToOwner(stateDir)
  }
}

function locked(path: string): FleetError {
  const remedy = 'wait for the other run to end, or look why it hangs'
  return new FleetError('SYNC_LOCKED', `another process holds ${path}`, { remedy })
}

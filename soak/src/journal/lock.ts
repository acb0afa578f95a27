import { randomBytes } from 'node:crypto'
import { link, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { errorCode } from '@montana/foundation'
import { SoakError, toFileError } from '../errors.js'
import { type Holder, isAlive, parseHolder, thisProcess } from './holder.js'

const TOKEN_BYTES = 4

export interface Lock {
  release(): Promise<void>
}

/**
 * Takes the lock file at `path`, which guards the soak file `log`, or throws SOAK_LOCKED at once. The file appears complete (link of a finished file, which
 * is as exclusive as O_EXCL), so a holder that is alive can always be read. A holder that no longer exists is replaced
 * under a claim named after that one holder: of two processes that find it dead, only one can win the claim, and the
 * other sees the new holder.
 */
export async function acquireLock(path: string, log: string): Promise<Lock> {
  const holder = await thisProcess(randomBytes(TOKEN_BYTES).toString('hex'))
  const temporary = `${path}.${holder.token}.tmp`
  try {
    await writeFile(temporary, `${JSON.stringify(holder)}\n`, { flag: 'wx' })
    await take({ path, log, temporary })
  } catch (error) {
    throw toFileError(error, log)
  } finally {
    await rm(temporary, { force: true })
  }
  return { release: () => releaseLock(path, holder) }
}

interface Attempt {
  readonly path: string
  readonly log: string
  /** A finished lock file that is ours. */
  readonly temporary: string
}

async function take(attempt: Attempt): Promise<void> {
  const { path, log, temporary } = attempt
  if (await linkNew(temporary, path)) return
  const before = await readLock(path)
  if (before === undefined) return await take(attempt)
  if (before.holder && (await isAlive(before.holder))) throw locked(log, before.holder)
  await replaceDead(attempt, before.id)
}

async function replaceDead(attempt: Attempt, id: string): Promise<void> {
  const { path, log, temporary } = attempt
  const claim = await acquireLock(`${path}.${id}`, log)
  try {
    const now = await readLock(path)
    if (now?.id === id) return await rename(temporary, path)
  } finally {
    await claim.release()
  }
  await take(attempt)
}

interface LockFile {
  readonly holder: Holder | undefined
  /** Names one acquisition; a file that a power cut left unreadable is named by its inode. */
  readonly id: string
}

async function readLock(path: string): Promise<LockFile | undefined> {
  try {
    const holder = parseHolder(await readFile(path, 'utf8'))
    return { holder, id: holder?.token ?? `inode-${(await stat(path)).ino}` }
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}

async function linkNew(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false
    throw error
  }
}

async function releaseLock(path: string, { token }: Holder): Promise<void> {
  const now = await readLock(path)
  if (now?.id === token) await rm(path, { force: true })
}

function locked(log: string, { pid }: Holder): SoakError {
  return new SoakError('SOAK_LOCKED', `process ${pid} is polling into ${log}`, {
    remedy: 'wait for it to finish, or name another file with --path',
    metadata: { pid },
  })
}

import { link, rm, unlink } from 'node:fs/promises'
import { errorCode } from '@montana/foundation'
import { RefusalError } from '../errors.js'
import { readStarted, writeStarted } from '../services/pid-file.js'
import type { Layout } from './layout.js'

/** One change of release at a time. A lock whose process is gone is taken over. Throws {@link RefusalError} while one works. */
export async function withLock<T>({ lock }: Layout, work: () => Promise<T>): Promise<T> {
  const own = `${lock}.${process.pid}`
  await writeStarted(own, process.pid)
  try {
    await take(own, lock)
    return await work().finally(() => rm(lock, { force: true }))
  } finally {
    await rm(own, { force: true })
  }
}

/** A link appears with its content, or not at all. */
async function take(own: string, lock: string): Promise<void> {
  for (let attempt = 0; attempt < 3; attempt++) {
    const isTaken = await link(own, lock).then(
      () => false,
      (error: unknown) => {
        if (errorCode(error) === 'EEXIST') return true
        throw error
      },
    )
    if (!isTaken) return
    if (await readStarted(lock)) break
    await unlink(lock).catch(() => {})
  }
  const remedy = 'wait until it has ended'
  throw new RefusalError('RELEASE_BUSY', 'another upgrade or rollback is at work', { field: 'lock', remedy })
}

import { randomUUID } from 'node:crypto'
import { link, rename, rm } from 'node:fs/promises'
import { errorCode } from '@montana/foundation'
import { RefusalError } from '../errors.js'
import { readStarted, writeStarted } from '../services/pid-file.js'
import type { Layout } from './layout.js'

const ATTEMPTS = 3

/** One change of release at a time. A lock whose process is gone is taken over. Throws {@link RefusalError} while one works. */
export async function withLock<T>({ lock }: Layout, work: () => Promise<T>): Promise<T> {
  const own = `${lock}.${randomUUID()}`
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
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (await isMade(own, lock)) return
    if (!(await isAbandoned(own, lock))) break
  }
  const remedy = 'wait until it has ended'
  throw new RefusalError('RELEASE_BUSY', 'another upgrade or rollback is at work', { field: 'lock', remedy })
}

async function isMade(from: string, to: string): Promise<boolean> {
  return await link(from, to).then(
    () => true,
    (error: unknown) => {
      if (errorCode(error) !== 'EEXIST') throw error
      return false
    },
  )
}

/** Taken aside before it is judged: between a look and a removal it could become another's, who works. */
async function isAbandoned(own: string, lock: string): Promise<boolean> {
  if (await readStarted(lock)) return false
  const aside = `${own}.aside`
  await rename(lock, aside).catch(() => {})
  const isHeld = (await readStarted(aside)) !== undefined
  if (isHeld) await isMade(aside, lock)
  await rm(aside, { force: true })
  return !isHeld
}

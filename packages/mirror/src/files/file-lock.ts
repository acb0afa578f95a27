import { randomUUID } from 'node:crypto'
import { link, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { errorCode, formatTime, sleep } from '@montana/foundation'
import { z } from 'zod'
import { MirrorError } from '../contracts/errors.js'
import { isGone, ownIdentity } from './process-identity.js'

const RETRY_MS = 20
/** Whoever holds it writes one small file. */
const WAIT_MS = 5_000
/** An owner of whom nothing is known (another host, a lock of another program) has this long. No special reason. */
const STALE_MS = 60_000

/** Behind `<path>.lock.`: the file of one that asks, or one that it moved away. */
const ASKED = /^[0-9a-f]{8}(?:\.stale)?$/

const ownerSchema = z.object({
  pid: z.int().positive(),
  bootId: z.string().max(200),
  started: z.string().max(40),
  since: z.string().max(40),
  nonce: z.string().max(60),
})
type Owner = z.infer<typeof ownerSchema>

export interface HeldLock {
  /** False once somebody took it for stale: what was begun must not be finished. */
  isHeld(): Promise<boolean>
}

/**
 * Runs `work` while no other process works on `path`, by an exclusive `<path>.lock` with its owner and age inside. The lock
 * of a process that is gone is taken over. Throws MirrorError BUSY after 5 s, or AbortError.
 */
export async function withFileLock<T>(
  path: string,
  work: (lock: HeldLock) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const lockPath = `${path}.lock`
  const owner: Owner = { ...ownIdentity(), since: formatTime(Date.now()), nonce: randomUUID() }
  await acquire(lockPath, owner, signal)
  const isHeld = async () => (await readOwner(lockPath))?.nonce === owner.nonce
  try {
    await sweep(lockPath)
    return await work({ isHeld })
  } finally {
    if (await isHeld()) await rm(lockPath, { force: true })
  }
}

async function acquire(lockPath: string, owner: Owner, signal: AbortSignal | undefined): Promise<void> {
  const mine = `${lockPath}.${owner.nonce.slice(0, 8)}`
  // Whole before it has its name: nobody ever sees a lock without an owner.
  await writeFile(mine, `${JSON.stringify(owner)}\n`, { mode: 0o600, flag: 'wx' })
  try {
    const deadline = performance.now() + WAIT_MS
    while (!(await claim(mine, lockPath))) {
      if (await isStale(lockPath)) await takeAway(lockPath, `${mine}.stale`)
      else if (performance.now() > deadline) throw await busy(lockPath)
      else await sleep(RETRY_MS, signal)
    }
  } finally {
    await rm(mine, { force: true })
  }
}

/** What processes left that were killed while they asked for this lock. */
async function sweep(lockPath: string): Promise<void> {
  const prefix = `${basename(lockPath)}.`
  const names = await readdir(dirname(lockPath)).catch(() => [])
  const left = names.filter((name) => name.startsWith(prefix) && ASKED.test(name.slice(prefix.length)))
  for (const path of left.map((name) => join(dirname(lockPath), name))) {
    if (await isStale(path)) await rm(path, { force: true })
  }
}

/** False when somebody has it. */
async function claim(mine: string, lockPath: string): Promise<boolean> {
  try {
    await link(mine, lockPath)
    return true
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false
    throw error
  }
}

async function isStale(lockPath: string): Promise<boolean> {
  const owner = await readOwner(lockPath)
  if (owner !== undefined && isGone(owner)) return true
  const found = await stat(lockPath).catch(() => undefined)
  return found !== undefined && Date.now() - found.mtimeMs > STALE_MS
}

/** Of two that find the same stale lock only one moves it away, and whoever moved a fresh one puts it back. */
async function takeAway(lockPath: string, aside: string): Promise<void> {
  await rename(lockPath, aside).catch(() => {})
  if (!(await isStale(aside))) await claim(aside, lockPath).catch(() => {})
  await rm(aside, { force: true })
}

async function readOwner(lockPath: string): Promise<Owner | undefined> {
  try {
    return ownerSchema.parse(JSON.parse(await readFile(lockPath, 'utf8')))
  } catch {
    return undefined
  }
}

async function busy(lockPath: string): Promise<MirrorError> {
  const owner = await readOwner(lockPath)
  const who = owner === undefined ? 'another process' : `process ${owner.pid} since ${owner.since}`
  return new MirrorError('BUSY', `${lockPath} is held by ${who}`, {
    remedy: 'run it again when that process has ended',
  })
}

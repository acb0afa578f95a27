import { createHash } from 'node:crypto'
import { access, constants, lstat, mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { errorCode } from '@montana/foundation'
import { DEFAULT_SOAK_PATH, SPOOL_FOLDER } from '../constants.js'
import { stemOf } from '../journal/segment-name.js'

const HASH_LENGTH = 16
const PRIVATE_MODE = 0o700
const OTHERS_BITS = 0o077

/**
 * The spool file of a soak file, undefined where no folder can be trusted with it. In a folder that was named it bears
 * the name of the soak file. In `/run/montana-soak`, for the installed service, it is `spool.jsonl`; other soak files that
 * spool there, or among the temporary files, are told apart by a hash of their path.
 */
export async function spoolPath(log: string, spoolDir: string | undefined): Promise<string | undefined> {
  if (spoolDir !== undefined) return join(spoolDir, `${stemOf(log)}.spool.jsonl`)
  const isInstalled = resolve(log) === DEFAULT_SOAK_PATH
  const hash = createHash('sha256').update(resolve(log)).digest('hex').slice(0, HASH_LENGTH)
  const name = isInstalled ? 'spool.jsonl' : `${hash}.spool.jsonl`
  if (await isWritable(SPOOL_FOLDER)) return join(SPOOL_FOLDER, name)
  const folder = join(tmpdir(), `montana-soak-${process.getuid?.() ?? 'user'}`)
  return (await isPrivate(folder)) ? join(folder, name) : undefined
}

async function isWritable(folder: string): Promise<boolean> {
  return await access(folder, constants.W_OK).then(
    () => true,
    () => false,
  )
}

/** Made, or ours and nobody else's: among temporary files a stranger may have put one there first. */
async function isPrivate(folder: string): Promise<boolean> {
  try {
    await mkdir(folder, { mode: PRIVATE_MODE }).catch(ignoreExisting)
    const found = await lstat(folder)
    const isOurs = process.getuid === undefined || found.uid === process.getuid()
    return found.isDirectory() && isOurs && (found.mode & OTHERS_BITS) === 0
  } catch {
    return false
  }
}

function ignoreExisting(error: unknown): void {
  if (errorCode(error) !== 'EEXIST') throw error
}

import { open, readFile, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { encodeIdentity, type Identity, openIdentity } from '@montana/crypto'
import {
  ConfigError,
  errorCode,
  errorMessage,
  isClosedToOthers,
  syncDirectory,
  writeFileDurably,
} from '@montana/foundation'

export const IDENTITY_FILE = 'identity.bin'
const OWNER_ONLY = 0o600

/** Reads `identity.bin` of a data directory. Throws {@link ConfigError} that names the file and the remedy. */
export async function loadIdentity(dataDir: string): Promise<Identity> {
  const path = join(dataDir, IDENTITY_FILE)
  try {
    await checkMode(path)
    return await openIdentity(new Uint8Array(await readFile(path)))
  } catch (error) {
    if (error instanceof ConfigError) throw error
    throw unreadable(path, error)
  }
}

function unreadable(path: string, error: unknown): ConfigError {
  const missing = errorCode(error) === 'ENOENT'
  const message = missing ? `no identity at ${path}` : `identity ${path}: ${errorMessage(error)}`
  const remedy = missing
    ? 'make one with montana init'
    : 'restore it from a backup, or from its words with montana init'
  return new ConfigError(message, { code: 'IDENTITY_INVALID', field: 'identity', remedy, cause: error })
}

async function checkMode(path: string): Promise<void> {
  const found = await stat(path)
  if (isClosedToOthers(path, found)) return
  const message = `identity ${path} can be read by others (mode ${(found.mode & 0o777).toString(8)})`
  throw new ConfigError(message, { code: 'IDENTITY_INVALID', field: 'identity', remedy: `chmod 600 ${path}` })
}

/** Writes `identity.bin` durably with mode 0600; refuses to replace one unless told to, and then keeps a backup. */
export async function saveIdentity(dataDir: string, identity: Identity, force = false): Promise<string | undefined> {
  const path = join(dataDir, IDENTITY_FILE)
  const backup = await moveAside(path, force)
  await writeFileDurably(path, await encodeIdentity(identity), OWNER_ONLY)
  return backup
}

async function moveAside(path: string, force: boolean): Promise<string | undefined> {
  const existing = await open(path, 'r').catch(() => undefined)
  if (!existing) return undefined
  await existing.close()
  if (!force) {
    const remedy = 'use another --data-dir, or --force, which keeps a backup'
    throw new ConfigError(`${path} exists already`, { code: 'IDENTITY_EXISTS', field: 'identity', remedy })
  }
  const backup = `${path}.${new Date().toISOString().replaceAll(':', '-')}.bak`
  await rename(path, backup)
  await syncDirectory(join(path, '..'))
  return backup
}

import { randomBytes } from 'node:crypto'
import { type FileHandle, lchown, open, readFile, rename, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { WG_KEY_BYTES, wgPublicKey } from '@montana/fleet/roster'
import { ConfigError, errorCode, isClosedToOthers, makeDirectory, syncDirectory } from '@montana/foundation'
import { VpnError } from '../errors.js'

const SECRET_MODE = 0o600
const DIRECTORY_MODE = 0o700
const TEXT = /^([A-Za-z0-9+/]{43}=)\n?$/

/** A WireGuard key pair whose private half stays in its file; both in base64, as `wg` has them. */
export interface KeyFile {
  readonly path: string
  readonly publicKey: string
  /** Reads the file: the text is held no longer than it is needed. */
  privateKey(): Promise<string>
}

/** Where the key waits that the roster is to name next. */
export function nextKeyPath(path: string): string {
  return `${path}.next`
}

/**
 * Makes a key that must not be there yet, 0600, with the owner of its folder: root makes it for the user of the job. Returns
 * the public half. Throws 78.
 */
export async function makeKeyFile(path: string): Promise<string> {
  const folder = dirname(path)
  await makeFolder(folder)
  const raw = clamped(randomBytes(WG_KEY_BYTES))
  try {
    await writeSecret(path, `${raw.toString('base64')}\n`)
    await syncDirectory(folder)
    return base64(wgPublicKey(raw))
  } finally {
    raw.fill(0)
  }
}

/** The key at `path`; null where there is no file. Throws VPN_KEY (78) for one that others can read, or that is none. */
export async function readKeyFile(path: string): Promise<KeyFile | null> {
  const found = await stat(path).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return null
    throw refused(path, `cannot be read (${errorCode(error)})`)
  })
  if (found === null) return null
  if (!found.isFile()) throw refused(path, 'is no file')
  if (!isClosedToOthers(path, found)) throw refused(path, 'can be read by others', `chmod 600 ${path}`)
  const raw = Buffer.from(await readText(path), 'base64')
  const publicKey = base64(wgPublicKey(raw))
  raw.fill(0)
  return { path, publicKey, privateKey: () => readText(path) }
}

/** The next key becomes the one in use; the one before stays beside it. Safe to be cut anywhere and begun again. */
export async function promoteNextKey(path: string): Promise<void> {
  await rename(path, `${path}.previous`).catch((error: unknown) => {
    if (errorCode(error) !== 'ENOENT') throw error
  })
  await rename(nextKeyPath(path), path)
  await syncDirectory(dirname(path))
}

/** As `wg genkey` does: RFC 7748 5. */
function clamped(raw: Buffer): Buffer {
  raw[0] = (raw[0] ?? 0) & 248
  raw[31] = ((raw[31] ?? 0) & 127) | 64
  return raw
}

/** Belongs to whom the folder above belongs to; a link that somebody put there instead is not followed. */
async function makeFolder(folder: string): Promise<void> {
  const isThere = await stat(folder).then(
    () => true,
    () => false,
  )
  if (isThere) return
  await makeDirectory(folder, DIRECTORY_MODE)
  if (process.getuid?.() !== 0) return
  const { uid, gid } = await stat(dirname(folder))
  await lchown(folder, uid, gid)
}

async function writeSecret(path: string, text: string): Promise<void> {
  try {
    await using file = await open(path, 'wx', SECRET_MODE)
    await file.chmod(SECRET_MODE)
    await file.writeFile(text)
    if (process.getuid?.() === 0) await giveToOwnerOf(dirname(path), file)
    await file.sync()
  } catch (cause) {
    const isThere = errorCode(cause) === 'EEXIST'
    const reason = isThere ? 'exists already, and is never replaced' : `cannot be written (${errorCode(cause)})`
    const remedy = isThere
      ? 'rotate it with montana vpn keygen --next'
      : 'name a file in a directory that you may write'
    throw new ConfigError(`${path} ${reason}`, { code: isThere ? 'FILE_EXISTS' : 'FILE_WRITE', remedy, cause })
  }
}

/** By its handle: whoever owns the folder could have put another file under the name meanwhile. */
async function giveToOwnerOf(folder: string, file: FileHandle): Promise<void> {
  const { uid, gid } = await stat(folder)
  await file.chown(uid, gid)
}

async function readText(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw refused(path, `cannot be read (${errorCode(cause)})`)
  })
  const [, key] = TEXT.exec(text) ?? []
  if (key !== undefined && base64(Buffer.from(key, 'base64')) === key) return key
  throw refused(path, 'is not a WireGuard private key')
}

/** Never quotes what the file holds. */
function refused(path: string, what: string, remedy = 'make one with montana vpn keygen'): VpnError {
  return new VpnError('VPN_KEY', `the private key ${path} ${what}`, { field: 'vpn.privateKey', remedy, exitCode: 78 })
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}

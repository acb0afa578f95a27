import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { ConfigError, errorCode, isAbort } from '@montana/foundation'
import { makeCredentialsFolder } from '../config/credentials.js'
import { MirrorError } from '../contracts/errors.js'

export interface MadeKey {
  /** Under which a candidate names it. */
  readonly keyId: string
  /** One line, to be entered at the target. */
  readonly publicKey: string
}

export interface HostKey {
  readonly type: string
  /** `SHA256:…`, as ssh shows it. */
  readonly fingerprint: string
}

interface ScannedKey extends HostKey {
  /** Line of a file of known hosts. */
  readonly line: string
}

const SCAN_SECONDS = 10
const RUN_TIMEOUT_MS = 20_000
const OUTPUT_MAX_BYTES = 256 * 1024
const KEY_PREFIX = 'ssh-'
const KEY_ID = /^[0-9a-f]{16}$/
/** A key that no target took is forgotten with the next one that is made. */
const UNUSED_MAX_MS = 24 * 3_600_000

/** A key pair of its own for one target; the private part stays in a file of 0600. Spec repository-mirror 14.2. */
export async function makeKey(dataFolder: string, signal: AbortSignal): Promise<MadeKey> {
  const folder = await makeCredentialsFolder(dataFolder)
  await forgetUnused(folder)
  const keyId = randomBytes(8).toString('hex')
  const path = join(folder, `${KEY_PREFIX}${keyId}`)
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'montana-mirror', '-f', path], signal)
  const publicKey = (await readFile(`${path}.pub`, 'utf8')).trim()
  await rm(`${path}.pub`)
  return { keyId, publicKey }
}

/** Path of a key that was made here; under the name of its slot from now on where one is given. */
export async function takeKey(dataFolder: string, keyId: string, slotFiles: string | null): Promise<string> {
  const folder = await makeCredentialsFolder(dataFolder)
  const made = join(folder, `${KEY_PREFIX}${keyId}`)
  if (!KEY_ID.test(keyId) || !(await isFile(made))) {
    throw new ConfigError('there is no such key', { field: 'keyId', remedy: 'make a new one' })
  }
  if (slotFiles === null) return made
  const kept = join(folder, `${slotFiles}-ssh`)
  await rename(made, kept)
  return kept
}

/** What the host shows now; nothing is trusted by it. Throws TARGET_UNREACHABLE, ConfigError for what is no ssh URL. */
export async function hostKeys(url: string, signal: AbortSignal): Promise<readonly HostKey[]> {
  return (await scan(url, signal)).map(({ type, fingerprint }) => ({ type, fingerprint }))
}

/** Text of a file of known hosts with the keys that were compared. Throws HOST_KEY_CHANGED where the host shows others. */
export async function pinnedHosts(url: string, compared: readonly string[], signal: AbortSignal): Promise<string> {
  const lines = (await scan(url, signal)).filter(({ fingerprint }) => compared.includes(fingerprint))
  if (lines.length > 0) return `${lines.map(({ line }) => line).join('\n')}\n`
  const remedy = 'compare the fingerprints with what the owner of the host says, once more'
  throw new MirrorError('HOST_KEY_CHANGED', 'the host shows other keys than those that were compared', { remedy })
}

async function scan(url: string, signal: AbortSignal): Promise<readonly ScannedKey[]> {
  const { host, port } = placeOf(url)
  const out = await run('ssh-keyscan', ['-T', `${SCAN_SECONDS}`, '-p', port, '--', host], signal).catch(unlessAborted)
  const keys = out.split('\n').flatMap(scannedKey)
  if (keys.length > 0) return keys
  const remedy = 'see the address and the port, and that its ssh server runs'
  throw new MirrorError('TARGET_UNREACHABLE', `${host} shows no host key`, { remedy })
}

function placeOf(url: string): { readonly host: string; readonly port: string } {
  const parsed = URL.parse(url)
  const host = parsed?.hostname.replace(/^\[(.*)\]$/, '$1') ?? ''
  if (parsed?.protocol === 'ssh:' && /^[A-Za-z0-9:][A-Za-z0-9.:_-]*$/.test(host)) {
    return { host, port: parsed.port === '' ? '22' : parsed.port }
  }
  throw new ConfigError('this is no ssh address', { field: 'url', remedy: 'write ssh://USER@HOST/PATH' })
}

function scannedKey(line: string): ScannedKey[] {
  const [name, type, key] = line.trim().split(/\s+/)
  if (!name || name.startsWith('#') || !type || !key) return []
  const digest = createHash('sha256').update(Buffer.from(key, 'base64')).digest('base64').replace(/=+$/, '')
  return [{ type, fingerprint: `SHA256:${digest}`, line: `${name} ${type} ${key}` }]
}

function unlessAborted(error: unknown): string {
  if (isAbort(error) || error instanceof ConfigError) throw error
  return ''
}

async function forgetUnused(folder: string): Promise<void> {
  for (const file of await readdir(folder)) {
    if (!file.startsWith(KEY_PREFIX)) continue
    const found = await stat(join(folder, file)).catch(() => null)
    if (found !== null && Date.now() - found.mtimeMs > UNUSED_MAX_MS) await rm(join(folder, file), { force: true })
  }
}

async function isFile(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => found.isFile(),
    () => false,
  )
}

function run(program: string, args: readonly string[], signal: AbortSignal): Promise<string> {
  const { PATH } = process.env
  const options = { signal, timeout: RUN_TIMEOUT_MS, maxBuffer: OUTPUT_MAX_BYTES, env: { PATH } }
  return new Promise((resolve, reject) => {
    const child = execFile(program, args, options, (error, stdout) => {
      if (error === null) resolve(stdout)
      else reject(errorCode(error) === 'ENOENT' ? noProgram(program) : error)
    })
    child.stdin?.end()
  })
}

function noProgram(program: string): ConfigError {
  return new ConfigError(`${program} is not on this host`, { field: 'url', remedy: 'install the client of OpenSSH' })
}

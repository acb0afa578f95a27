import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ConfigError, makeDirectory, writeFileDurably } from '@montana/foundation'
import { makeDataFolder } from './data-folder.js'
import { token as tokenLeaf } from './leaves.js'

const FOLDER = 'credentials'
const NAME = /^[a-z0-9][a-z0-9._-]{0,79}$/

/**
 * Keeps a token as `<data>/credentials/<name>` (0600 in a folder of 0700) and returns the path, for `TOKEN_FILE`. Throws
 * ConfigError (78) for what is no token, without its text. Spec repository-mirror 3.2.
 */
export async function storeCredential(dataFolder: string, name: string, token: string): Promise<string> {
  const path = pathOf(dataFolder, name)
  const read = tokenLeaf.safeParse(token)
  if (!read.success) {
    const remedy = 'give one line of printable characters without blanks'
    throw new ConfigError('what was given is no token', { field: 'TOKEN', remedy })
  }
  await makeCredentialsFolder(dataFolder)
  await writeFileDurably(path, `${read.data}\n`, 0o600)
  return path
}

/** Keeps a private key, or pinned host keys, as {@link storeCredential} keeps a token. Throws ConfigError (78). */
export async function storeKeyFile(dataFolder: string, name: string, text: string): Promise<string> {
  const path = pathOf(dataFolder, name)
  await makeCredentialsFolder(dataFolder)
  await writeFileDurably(path, text.endsWith('\n') ? text : `${text}\n`, 0o600)
  return path
}

/** Of 0700; returns its path. */
export async function makeCredentialsFolder(dataFolder: string): Promise<string> {
  makeDataFolder(dataFolder)
  const folder = join(dataFolder, FOLDER)
  await makeDirectory(folder, 0o700)
  return folder
}

/** Everything that was stored under this name, or under it and a dash. */
export async function removeCredentialsOf(dataFolder: string, name: string): Promise<void> {
  const files = await readdir(join(dataFolder, FOLDER)).catch(() => [])
  const own = files.filter((file) => file === name || file.startsWith(`${name}-`))
  for (const file of own) await removeCredential(dataFolder, file)
}

/** Forgets a stored token; none there is no error. */
export async function removeCredential(dataFolder: string, name: string): Promise<void> {
  await rm(pathOf(dataFolder, name), { force: true })
}

function pathOf(dataFolder: string, name: string): string {
  if (NAME.test(name)) return join(dataFolder, FOLDER, name)
  throw new ConfigError(`'${name}' is no name of a credential`, { field: 'NAME', remedy: 'write a to z, 0 to 9 and -' })
}

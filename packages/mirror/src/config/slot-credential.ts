import type { Credential } from '../contracts/config.js'
import { type GitScheme, schemeOf } from './git-url.js'
import { token as tokenLeaf } from './leaves.js'
import { existingPath, type Found, found, notFound, privatePath, readPrivateFile } from './private-file.js'
import { invalid } from './problem.js'
import type { SlotKey, SlotSettings } from './slot-keys.js'

type Keyed = (key: SlotKey) => string

/** How the target of a slot is entered. Spec repository-mirror 3.2. */
export function credentialOf(slot: SlotSettings, url: string, keyed: Keyed): Found<Credential> {
  const scheme = schemeOf(url)
  const misplaced = misplacedKey(slot, scheme)
  if (misplaced !== undefined) {
    return notFound(invalid(keyed(misplaced), `does not apply to ${scheme}`, 'remove it, or correct the URL'))
  }
  if (scheme === 'ssh') return sshCredential(slot, keyed)
  if (slot.APP_ID !== undefined || slot.APP_KEY_FILE !== undefined) return appCredential(slot, keyed)
  const token = tokenOf(slot, 'TOKEN', keyed)
  if (!token.isFound) return token
  if (token.value !== null) return found({ kind: 'token', value: token.value })
  return slot.TYPE === 'git' ? found({ kind: 'none' }) : notFound(missing(keyed))
}

/** Text of `<key>` or of the file that `<key>_FILE` names; null without either. */
export function tokenOf(slot: SlotSettings, key: 'TOKEN' | 'SENTINEL_TOKEN', keyed: Keyed): Found<string | null> {
  const fileKey = `${key}_FILE` as const
  const [value, file] = [slot[key], slot[fileKey]]
  if (value !== undefined && file !== undefined) {
    return notFound(invalid(keyed(fileKey), `stands beside ${keyed(key)}`, 'keep one of them'))
  }
  return file === undefined ? found(value ?? null) : readToken(keyed(fileKey), file)
}

function readToken(key: string, file: string): Found<string> {
  const read = readPrivateFile(key, file)
  if (!read.isFound) return read
  const token = tokenLeaf.safeParse(read.value)
  return token.success ? found(token.data) : notFound(invalid(key, 'names a file without a token', 'put one in it'))
}

function misplacedKey(slot: SlotSettings, scheme: GitScheme): SlotKey | undefined {
  const ssh = ['SSH_KEY_PATH', 'SSH_KNOWN_HOSTS'] as const
  const web = ['TOKEN', 'TOKEN_FILE', 'USERNAME', 'CA_FILE'] as const
  // The API of a github slot needs them, wherever its git remote is.
  const misplaced = scheme === 'ssh' ? web : scheme === 'path' && slot.TYPE === 'git' ? [...web, ...ssh] : ssh
  return misplaced.find((key) => slot[key] !== undefined)
}

function sshCredential(slot: SlotSettings, keyed: Keyed): Found<Credential> {
  if (slot.TYPE === 'github') {
    return notFound(invalid(keyed('URL'), 'cannot be ssh on a github slot', 'write an https URL, or remove it'))
  }
  const { SSH_KEY_PATH, SSH_KNOWN_HOSTS } = slot
  if (SSH_KEY_PATH === undefined) return notFound(needed(keyed('SSH_KEY_PATH'), 'the path of a private key'))
  if (SSH_KNOWN_HOSTS === undefined) return notFound(needed(keyed('SSH_KNOWN_HOSTS'), 'a file of pinned host keys'))
  const key = privatePath(keyed('SSH_KEY_PATH'), SSH_KEY_PATH)
  if (!key.isFound) return key
  const hosts = existingPath(keyed('SSH_KNOWN_HOSTS'), SSH_KNOWN_HOSTS)
  return hosts.isFound ? found({ kind: 'ssh', keyPath: key.value, knownHostsPath: hosts.value }) : hosts
}

function appCredential(slot: SlotSettings, keyed: Keyed): Found<Credential> {
  const { APP_ID, APP_KEY_FILE, APP_INSTALLATION_ID = null, TOKEN, TOKEN_FILE } = slot
  if (TOKEN !== undefined || TOKEN_FILE !== undefined) {
    return notFound(invalid(keyed('APP_ID'), 'stands beside a token', 'keep the App or the token'))
  }
  if (APP_ID === undefined) return notFound(needed(keyed('APP_ID'), 'the number of the App'))
  if (APP_KEY_FILE === undefined) return notFound(needed(keyed('APP_KEY_FILE'), 'the path of its private key'))
  const pem = readPrivateFile(keyed('APP_KEY_FILE'), APP_KEY_FILE)
  if (!pem.isFound) return pem
  return found({ kind: 'app', appId: APP_ID, privateKeyPem: pem.value, installationId: APP_INSTALLATION_ID })
}

function needed(key: string, what: string) {
  return invalid(key, 'is missing', `write ${what}`)
}

function missing(keyed: Keyed) {
  const other = `${keyed('TOKEN_FILE')} or ${keyed('APP_ID')} and ${keyed('APP_KEY_FILE')}`
  return invalid(keyed('TOKEN'), 'is missing', `give it, ${other}`)
}

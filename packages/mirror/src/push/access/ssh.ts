import { stat } from 'node:fs/promises'
import { ConfigError, isClosedToOthers } from '@montana/foundation'
import type { GitAccess } from '../../contracts/provider.js'
import { configEnvironment, GIT_SETTINGS, protocolEnvironment, verbatim } from './settings.js'

export interface SshAccessInit {
  readonly url: URL
  /** Where the URL names no user. */
  readonly username: string
  readonly keyPath: string
  readonly knownHostsPath: string
}

/** Beside spec 6.1: only the pinned file counts and it is never written; a silent connection ends after a minute. */
const OPTIONS = [
  'BatchMode=yes',
  'IdentitiesOnly=yes',
  'StrictHostKeyChecking=yes',
  'GlobalKnownHostsFile=/dev/null',
  'UpdateHostKeys=no',
  'PasswordAuthentication=no',
  'ForwardAgent=no',
  'ConnectTimeout=30',
  'ServerAliveInterval=15',
  'ServerAliveCountMax=4',
]

/** Throws ConfigError for a key that others can read and for files that are missing. */
export async function sshAccess({ url, username, keyPath, knownHostsPath }: SshAccessInit): Promise<GitAccess> {
  await assertPrivateKey(keyPath)
  await assertKnownHosts(knownHostsPath)
  const named = new URL(url)
  if (named.username === '') named.username = username
  return {
    url: named.href,
    environment: {
      ...protocolEnvironment(false),
      GIT_SSH_COMMAND: sshCommand(keyPath, knownHostsPath),
      GIT_SSH_VARIANT: 'ssh',
      ...configEnvironment(verbatim(named.href)),
    },
    settings: GIT_SETTINGS,
    secrets: [],
  }
}

/** Read by a shell, and the option once more by ssh. */
function sshCommand(keyPath: string, knownHostsPath: string): string {
  const known = `UserKnownHostsFile="${knownHostsPath.replaceAll(/["\\]/g, '\\$&')}"`
  const options = [...OPTIONS, known].flatMap((option) => ['-o', shellQuoted(option)])
  return ['ssh', '-F', 'none', ...options, '-i', shellQuoted(keyPath)].join(' ')
}

function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

async function assertPrivateKey(path: string): Promise<void> {
  const found = await fileAt(path, 'SSH_KEY_PATH')
  if (isClosedToOthers(path, found)) return
  const remedy = `Run: chmod 600 ${shellQuoted(path)}`
  throw new ConfigError('SSH_KEY_PATH can be read by others', { field: 'SSH_KEY_PATH', remedy })
}

async function assertKnownHosts(path: string): Promise<void> {
  await fileAt(path, 'SSH_KNOWN_HOSTS')
}

/** ssh puts its own values in place of `%` and `$`, and nothing escapes them in each version. */
async function fileAt(path: string, field: string) {
  if (!path.startsWith('/') || /[%$\p{Cc}]/u.test(path)) {
    throw new ConfigError(`${field} is no absolute path that ssh takes as it is`, {
      field,
      remedy: 'Give an absolute path without %, $ and control characters.',
    })
  }
  const found = await stat(path).catch(() => null)
  if (found?.isFile()) return found
  throw new ConfigError(`${field} names no file`, { field, remedy: 'Give the path of a file that exists.' })
}

import { ConfigError } from '@montana/foundation'
import type { Credential } from '../contracts/config.js'
import type { GitAccess } from '../contracts/provider.js'
import { httpAccess } from './access/http.js'
import type { ProxyVariables } from './access/proxy.js'
import { configEnvironment, GIT_SETTINGS, protocolEnvironment, verbatim } from './access/settings.js'
import { sshAccess } from './access/ssh.js'
import { parseTargetUrl } from './access/url.js'

export interface AccessInit {
  readonly url: string
  readonly username: string
  /** An App's installation token is given as a token. */
  readonly credential: Exclude<Credential, { kind: 'app' }>
  readonly caFile: string | null
  /** Environment from which proxies are taken. */
  readonly proxies?: ProxyVariables
}

/** How one child reaches the target. Throws ConfigError for a URL or credential that cannot go together. Spec 6.1. */
export async function createGitAccess(init: AccessInit): Promise<GitAccess> {
  const { credential, username } = init
  const target = parseTargetUrl(init.url)
  if (target.kind === 'file') return fileAccess(target.url)
  if (target.kind === 'ssh') return await sshAccess({ url: target.parsed, username, ...needKey(credential) })
  const token = needToken(credential)
  return httpAccess({ url: target.parsed, username, token, caFile: init.caFile, proxies: init.proxies ?? process.env })
}

function fileAccess(url: string): GitAccess {
  const environment = { ...protocolEnvironment(false), ...configEnvironment(verbatim(url)) }
  return { url, environment, settings: GIT_SETTINGS, secrets: [] }
}

function needKey(credential: AccessInit['credential']) {
  if (credential.kind === 'ssh') return credential
  throw new ConfigError('a target over ssh needs a key and pinned host keys', {
    field: 'SSH_KEY_PATH',
    remedy: 'Set SSH_KEY_PATH and SSH_KNOWN_HOSTS.',
  })
}

function needToken(credential: AccessInit['credential']): string | null {
  if (credential.kind === 'token') return credential.value
  if (credential.kind === 'none') return null
  throw new ConfigError('a target over https takes a token, no ssh key', { field: 'TOKEN', remedy: 'Set TOKEN_FILE.' })
}

import { isAbsolute } from 'node:path'
import type { RepositoryName } from '../contracts/config.js'
import { leaf } from './leaves.js'

export type GitScheme = 'https' | 'http' | 'ssh' | 'path'

const WEB = 'an https URL (http on loopback only) without user and password'
const REMOTE = `an https or ssh URL (http on loopback only) or an absolute path, without a password in it; ssh://USER@HOST/PATH, not HOST:PATH`

/** What git is told to push to. Spec repository-mirror 3.2 URL. */
export const gitUrl = leaf(REMOTE, (text) => {
  if (!isPlain(text)) return undefined
  if (isAbsolute(text)) return text
  const url = parsed(text)
  if (url?.protocol === 'ssh:') return isSafeSsh(url) ? text : undefined
  return url && isWeb(url) ? text : undefined
})

/** An API or a webhook. */
export const webUrl = leaf(WEB, (text) => {
  const url = isPlain(text) ? parsed(text) : undefined
  return url && isWeb(url) ? text.replace(/\/+$/, '') : undefined
})

export function schemeOf(url: string): GitScheme {
  if (isAbsolute(url)) return 'path'
  const scheme = new URL(url).protocol.slice(0, -1)
  return scheme === 'ssh' || scheme === 'http' ? scheme : 'https'
}

/** Where a repository is cloned from, by the address of its API: `api.HOST` and `HOST/api/v3` both serve `HOST`. */
export function cloneUrl(apiUrl: string, { owner, name }: RepositoryName): string {
  const { protocol, host } = new URL(apiUrl)
  return `${protocol}//${host.replace(/^api\./, '')}/${owner}/${name}.git`
}

function isWeb(url: URL): boolean {
  const isAllowed = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))
  return isAllowed && url.username === '' && url.password === '' && url.hostname !== ''
}

/** A host or user that begins with a dash would be an option of ssh. */
function isSafeSsh({ hostname, username, password, pathname }: URL): boolean {
  return password === '' && /^[^-]/.test(hostname) && !username.startsWith('-') && pathname.length > 1
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname)
}

function isPlain(text: string): boolean {
  return text.length <= 2048 && /^[\x21-\x7e]+$/.test(text)
}

function parsed(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined
}

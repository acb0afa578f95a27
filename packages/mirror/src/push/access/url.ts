import { ConfigError } from '@montana/foundation'

export type TargetUrl =
  | { readonly kind: 'file'; readonly url: string }
  | { readonly kind: 'http' | 'ssh'; readonly url: string; readonly parsed: URL }

const CONTROL = /[\s\p{Cc}]/u
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/

/** Spec repository-mirror 3.2 `URL`. Throws ConfigError; its message never repeats the URL, which may hold a credential. */
export function parseTargetUrl(url: string): TargetUrl {
  if (url.startsWith('/')) return filePath(url)
  const parsed = CONTROL.test(url) ? null : URL.parse(url)
  if (parsed === null) throw wrong('is no URL', 'Give https://…, ssh://… or an absolute path.')
  if (parsed.password !== '') throw wrong('holds a password', 'Put it into TOKEN or TOKEN_FILE.')
  if (parsed.search !== '' || parsed.hash !== '') throw wrong('has a query or fragment', 'Leave it out.')
  if (parsed.protocol === 'ssh:') return { kind: 'ssh', url: parsed.href, parsed }
  return http(parsed)
}

export function isLoopbackHttp({ protocol, hostname }: URL): boolean {
  return protocol === 'http:' && LOOPBACK.test(hostname)
}

function http(parsed: URL): TargetUrl {
  const isHttp = parsed.protocol === 'https:' || isLoopbackHttp(parsed)
  if (!isHttp)
    throw wrong(`has scheme ${parsed.protocol}`, 'Give https, ssh or an absolute path; http only on loopback.')
  if (parsed.username !== '') throw wrong('holds a user', 'Put it into USERNAME.')
  return { kind: 'http', url: parsed.href, parsed }
}

function filePath(url: string): TargetUrl {
  if (/\p{Cc}/u.test(url)) throw wrong('holds a line break', 'Give an absolute path.')
  return { kind: 'file', url }
}

function wrong(fault: string, remedy: string): ConfigError {
  return new ConfigError(`URL of the target ${fault}`, { field: 'URL', remedy })
}

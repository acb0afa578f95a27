import type { GitAccess } from '../../contracts/provider.js'
import { type ProxyVariables, proxyAccess } from './proxy.js'
import { configEnvironment, GIT_SETTINGS, protocolEnvironment, verbatim } from './settings.js'
import { isLoopbackHttp } from './url.js'

export interface HttpAccessInit {
  readonly url: URL
  readonly username: string
  /** Null where the target asks for none. */
  readonly token: string | null
  readonly caFile: string | null
  readonly proxies: ProxyVariables
}

/**
 * The credential as a header in the child's environment. Each name is given for the URL itself, because a more specific
 * setting of the source wins over a general one; an empty value first drops headers that others set (a checkout in CI does).
 */
export function httpAccess({ url, username, token, caFile, proxies }: HttpAccessInit): GitAccess {
  const proxy = proxyAccess(proxies)
  const basic = token === null ? null : Buffer.from(`${username}:${token}`).toString('base64')
  const scopes = [`${url.origin}/`, url.href]
  const entries: (readonly [string, string])[] = [
    ...scopes.flatMap((scope) => headers(scope, basic)),
    [`http.${url.href}.followRedirects`, 'false'],
    [`http.${url.href}.sslVerify`, 'true'],
    ...(caFile === null ? [] : ([[`http.${url.href}.sslCAInfo`, caFile]] as const)),
    ...verbatim(url.href),
  ]
  return {
    url: url.href,
    environment: {
      ...protocolEnvironment(isLoopbackHttp(url)),
      ...proxy.environment,
      ...configEnvironment(entries),
    },
    settings: GIT_SETTINGS,
    secrets: [...(token === null || basic === null ? [] : [token, encodeURIComponent(token), basic]), ...proxy.secrets],
  }
}

function headers(scope: string, basic: string | null): (readonly [string, string])[] {
  const key = `http.${scope}.extraHeader`
  return basic === null
    ? [[key, '']]
    : [
        [key, ''],
        [key, `Authorization: Basic ${basic}`],
      ]
}

import type { FastifyRequest } from 'fastify'
import { LOOPBACK_NAMES } from './constants.js'
import { RefusedError } from './errors.js'

type Asking = Pick<FastifyRequest, 'headers' | 'method'>

/**
 * Under which names a server may be asked: those of loopback and `hosts`, without port. A page of another site that resolves
 * its own name to loopback sends that name: DNS rebinding. The guard throws {@link RefusedError} 403.
 */
export function createHostGuard(hosts: readonly string[]): (request: Pick<Asking, 'headers'>) => void {
  const allowed = new Set([...LOOPBACK_NAMES, ...hosts.map((host) => host.toLowerCase())])
  return ({ headers }) => {
    const name = nameOf(headers.host)
    if (name === undefined || !allowed.has(name)) throw forbidden('HOST', 'asked under a foreign name')
  }
}

/**
 * Throws {@link RefusedError} 403 for what the page of another site sends, by `Sec-Fetch-Site` and `Origin`. Whoever types
 * an address (`none`) may read, never change.
 */
export function checkOrigin({ headers, method }: Asking): void {
  const site = headers['sec-fetch-site']
  const isRead = method === 'GET' || method === 'HEAD'
  const isOurs = site === undefined || site === 'same-origin' || (isRead && site === 'none')
  if (isOurs && (headers.origin === undefined || isSameOrigin(headers.origin, headers.host ?? ''))) return
  throw forbidden('ORIGIN', 'asked by the page of another site')
}

function nameOf(host: string | undefined): string | undefined {
  return host
    ?.replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase()
}

/** Name and port count; which scheme a tunnel or proxy adds cannot be seen from here. */
function isSameOrigin(origin: string, host: string): boolean {
  const from = URL.parse(origin)
  return from !== null && /^https?:$/.test(from.protocol) && URL.parse(`${from.protocol}//${host}`)?.host === from.host
}

function forbidden(code: 'HOST' | 'ORIGIN', message: string): RefusedError {
  return new RefusedError(403, code, message, { remedy: 'open the page of the console under its own address' })
}

import { isIPv4, isIPv6 } from 'node:net'
import { ConfigError } from '@montana/foundation'
import { formatIp, parseIp } from '@montana/transport'

export interface ListenAddress {
  readonly host: string
  readonly family: 4 | 6
  readonly port: number
}

const FORM = /^\/(ip4|ip6)\/([^/]+)\/tcp\/(\d{1,5})$/
const MAX_PORT = 65_535
/** In canonical form, the IPv4-mapped one included. */
const UNSPECIFIED: ReadonlySet<string> = new Set(['0.0.0.0', '::', '::ffff:0.0.0.0'])

/**
 * Reads `/ip4|ip6/<address>/tcp/<port>`, the one form in use (spec transport 2); `undefined` for anything else. An
 * address to dial has a port above 0 and is not the unspecified address, however that is spelled.
 */
export function parseListenAddress(text: string, { dial = false } = {}): ListenAddress | undefined {
  const [, protocol, host, portText] = FORM.exec(text) ?? []
  if (host === undefined || portText === undefined) return undefined
  const family = protocol === 'ip4' ? 4 : 6
  const port = Number(portText)
  const isAddress = family === 4 ? isIPv4(host) : isIPv6(host) && !host.includes('%')
  if (!isAddress || port > MAX_PORT) return undefined
  if (dial && (port === 0 || UNSPECIFIED.has(formatIp(parseIp(host).bytes)))) return undefined
  return { host, family, port }
}

/** As {@link parseListenAddress}, for the value of `--listen`: throws {@link ConfigError} instead. */
export function checkedListenAddress(text: string): ListenAddress {
  const address = parseListenAddress(text)
  if (address !== undefined) return address
  throw new ConfigError(`--listen ${JSON.stringify(text)} is not an address to listen on`, {
    field: '--listen',
    remedy: 'use /ip4/<address>/tcp/<port>, for example /ip4/0.0.0.0/tcp/8444',
  })
}

/** Listening failed: names the flag, the value and what to do (spec operations 1). */
export function listenFailure(text: string, cause: unknown): ConfigError {
  const detail = String((cause as Error | undefined)?.message ?? cause)
  const [problem, remedy] = LISTEN_PROBLEMS.find(([code]) => detail.includes(code))?.[1] ?? [
    'cannot be listened on',
    'use an address of this host and a free port',
  ]
  return new ConfigError(`--listen ${text} ${problem}`, { field: '--listen', remedy, cause })
}

const LISTEN_PROBLEMS: ReadonlyArray<readonly [string, readonly [string, string]]> = [
  ['EADDRINUSE', ['is in use by another process', 'stop that process or give --listen another port']],
  ['EACCES', ['may not be used by this user', 'give --listen a port above 1023 or grant CAP_NET_BIND_SERVICE']],
  ['EADDRNOTAVAIL', ['is not an address of this host', 'give --listen an address of this host, or 0.0.0.0']],
]

import { isIPv4, isIPv6, SocketAddress } from 'node:net'

const FORM = /^\/(ip4|ip6)\/([^/]{1,45})\/tcp\/([1-9]\d{0,4})$/
const MAX_PORT = 65_535
const UNSPECIFIED: ReadonlySet<string> = new Set(['0.0.0.0', '::', '::ffff:0.0.0.0'])

/**
 * Whether a node can dial `text`: `/ip4|ip6/<address>/tcp/<port>` with an address that is not the unspecified one, however
 * that is spelled, and no `/p2p` behind it. Spec transport 2.
 */
export function isDialAddress(text: string): boolean {
  const [, protocol, host, port] = FORM.exec(text) ?? []
  if (host === undefined || Number(port) > MAX_PORT) return false
  const family = protocol === 'ip4' ? 'ipv4' : 'ipv6'
  if (!(family === 'ipv4' ? isIPv4(host) : isIPv6(host) && !host.includes('%'))) return false
  return !UNSPECIFIED.has(new SocketAddress({ address: host, family }).address)
}

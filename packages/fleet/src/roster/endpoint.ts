import { isUsable, type Prefix, parseAddress, prefixText } from './prefix.js'

const MAX_PORT = 65_535

/** Where a host is reached from outside the tunnel. */
export interface Endpoint {
  readonly address: Prefix
  readonly port: number
}

/**
 * `192.0.2.1:51820` or `[2001:db8::1]:51820`. No host names: `wg` would ask a name server in the middle of applying, and
 * whoever answers there would not have signed. Undefined for anything else.
 */
export function parseEndpoint(text: string): Endpoint | undefined {
  const [, six, four, digits] = /^(?:\[([0-9a-fA-F.:]{2,45})\]|([0-9.]{7,15})):([1-9]\d{0,4})$/.exec(text) ?? []
  const address = parseAddress(six ?? four ?? '')
  const port = Number(digits)
  if (!address || port > MAX_PORT || (six !== undefined) !== (address.family === 6)) return undefined
  return { address, port }
}

/** The one spelling of equal endpoints, as `wg` prints it. */
export function endpointText({ address, port }: Endpoint): string {
  const [host] = prefixText(address).split('/')
  return address.family === 6 ? `[${host}]:${port}` : `${host}:${port}`
}

/** Loopback is a host too: a mesh on one machine. Multicast and the unspecified address are none. */
export function isReachable({ address }: Endpoint): boolean {
  return isUsable(address) || isLoopback(address)
}

function isLoopback({ family, bits }: Prefix): boolean {
  return family === 4 ? bits >> 24n === 127n : bits === 1n
}

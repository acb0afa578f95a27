import { isIPv6 } from 'node:net'

/** One text per address: IPv6 has many. */
export function canonicalAddress(address: string): string {
  if (!isIPv6(address)) return address
  const [plain = address] = address.split('%')
  return new URL(`http://[${plain}]`).hostname.slice(1, -1)
}

/** The host part of a URL; an IP address in its canonical form. */
export function hostOf(url: string): string {
  return new URL(url).hostname.replace(/^\[(.*)\]$/, '$1')
}

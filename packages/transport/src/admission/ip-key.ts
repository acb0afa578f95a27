import { formatIp, parseIp } from './ip.js'

const PREFIX_64_BYTES = 8
const MAPPED_PREFIX = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]

/**
 * What counts as one source in admission: an IPv4 address, the /64 of an IPv6 address; an IPv4-mapped address is that
 * IPv4 address. Spec transport 10.1. Throws RangeError for what is no address.
 */
export function ipKey(address: string): string {
  const { version, bytes } = parseIp(address)
  if (version === 4) return formatIp(bytes)
  if (isMapped(bytes)) return formatIp(bytes.subarray(MAPPED_PREFIX.length))
  const network = new Uint8Array(16)
  network.set(bytes.subarray(0, PREFIX_64_BYTES))
  return `${formatIp(network)}/64`
}

function isMapped(bytes: Uint8Array): boolean {
  return MAPPED_PREFIX.every((byte, index) => bytes[index] === byte)
}

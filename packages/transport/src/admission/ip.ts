import { isIPv4, isIPv6, SocketAddress } from 'node:net'

export interface ParsedIp {
  readonly version: 4 | 6
  /** 4 or 16 bytes, network order. */
  readonly bytes: Uint8Array
}

/** Text form of an address to its bytes. Throws RangeError on anything else; DNS names are not addresses here. */
export function parseIp(text: string): ParsedIp {
  if (isIPv4(text)) return { version: 4, bytes: Uint8Array.from(text.split('.'), Number) }
  if (isIPv6(text) && !text.includes('%')) return { version: 6, bytes: parseIpv6(text) }
  throw new RangeError(`not an IP address: ${text}`)
}

/** 4 or 16 bytes to the canonical text form. */
export function formatIp(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const groups = Array.from({ length: 8 }, (_, index) => view.getUint16(2 * index).toString(16))
  return new SocketAddress({ address: groups.join(':'), family: 'ipv6' }).address
}

function parseIpv6(text: string): Uint8Array {
  const [head = '', tail] = text.split('::')
  const front = groupsOf(head)
  const back = tail === undefined ? [] : groupsOf(tail)
  const groups = [...front, ...new Array<number>(8 - front.length - back.length).fill(0), ...back]
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]))
}

/** 16-bit groups; a trailing dotted quad counts as two. */
function groupsOf(text: string): number[] {
  if (text === '') return []
  return text.split(':').flatMap((part) => {
    if (!part.includes('.')) return [Number.parseInt(part, 16)]
    const [a = 0, b = 0, c = 0, d = 0] = part.split('.').map(Number)
    return [(a << 8) | b, (c << 8) | d]
  })
}

import { isIPv4, isIPv6, SocketAddress } from 'node:net'

const BITS = { 4: 32, 6: 128 } as const
/** IPv4 within IPv6, RFC 4291 2.5.5: two spellings of one address would be two to a machine. */
const MAPPED = 0xffffn << 32n
/** Prefixes of which no host has an address of its own: "this host", loopback, link-local, multicast and reserved. */
const UNUSABLE = ['0.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/3', '::/127', 'fe80::/10', 'ff00::/8']

/** Addresses that share their first `length` bits; the bits behind them are zero. */
export interface Prefix {
  readonly family: 4 | 6
  /** The address as a number of 32 or 128 bits. */
  readonly bits: bigint
  readonly length: number
}

/** `10.0.0.1/32` or `fd00::1/128`; undefined for what is none: a zone, IPv4 within IPv6, bits behind the length. */
export function parsePrefix(text: string): Prefix | undefined {
  const [, address = '', digits = ''] = /^([0-9a-fA-F.:]{2,45})\/(0|[1-9]\d{0,2})$/.exec(text) ?? []
  const host = parseAddress(address)
  if (!host) return undefined
  const prefix = { ...host, length: Number(digits) }
  const isWithin = prefix.length <= BITS[host.family]
  return isWithin && cut(prefix) === prefix.bits ? prefix : undefined
}

/** One address, as the prefix of its full length. */
export function parseAddress(text: string): Prefix | undefined {
  if (isIPv4(text)) return { family: 4, bits: numberOf(text.split('.').map(Number), 8n), length: BITS[4] }
  if (!isIPv6(text) || text.includes('%')) return undefined
  const bits = numberOf(groupsOf(text), 16n)
  return bits >> 32n === MAPPED >> 32n ? undefined : { family: 6, bits, length: BITS[6] }
}

/** Whether some address is in both. Prefixes nest or are apart, so the shorter one decides. */
export function prefixesOverlap(a: Prefix, b: Prefix): boolean {
  if (a.family !== b.family) return false
  const free = BigInt(BITS[a.family] - Math.min(a.length, b.length))
  return a.bits >> free === b.bits >> free
}

/** Whether it names one address: /32 or /128. */
export function isHost({ family, length }: Prefix): boolean {
  return length === BITS[family]
}

/** Whether a host can have this address inside a tunnel. */
export function isUsable(prefix: Prefix): boolean {
  return !unusable().some((other) => prefixesOverlap(prefix, other))
}

/** The one spelling of equal prefixes. */
export function prefixText({ family, bits, length }: Prefix): string {
  return `${addressText(family, bits)}/${length}`
}

function unusable(): readonly Prefix[] {
  return UNUSABLE.flatMap((text) => parsePrefix(text) ?? [])
}

function cut({ family, bits, length }: Prefix): bigint {
  const free = BigInt(BITS[family] - length)
  return (bits >> free) << free
}

function numberOf(parts: readonly number[], width: bigint): bigint {
  return parts.reduce((sum, part) => (sum << width) | BigInt(part), 0n)
}

/** The eight groups of an IPv6 address, however it is spelled. */
function groupsOf(text: string): readonly number[] {
  const { address } = new SocketAddress({ address: withoutDots(text), family: 'ipv6' })
  const [left = '', right] = withoutDots(address).split('::')
  const head = hexGroups(left)
  if (right === undefined) return head
  const tail = hexGroups(right)
  return [...head, ...Array.from({ length: 8 - head.length - tail.length }, () => 0), ...tail]
}

/** The last 32 bits may be spelled as IPv4. */
function withoutDots(text: string): string {
  return text.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...parts: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = parts.slice(0, 4).map(Number)
    return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`
  })
}

function hexGroups(text: string): number[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16))
}

function addressText(family: 4 | 6, bits: bigint): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => (bits >> shift) & 0xffn).join('.')
  const groups = Array.from({ length: 8 }, (_, index) => (bits >> BigInt(112 - 16 * index)) & 0xffffn)
  const address = groups.map((group) => group.toString(16)).join(':')
  return new SocketAddress({ address, family: 'ipv6' }).address
}

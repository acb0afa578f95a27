import { isIPv6, SocketAddress } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  endpointText,
  isHost,
  parseAddress,
  parseEndpoint,
  parsePrefix,
  prefixesOverlap,
  prefixText,
} from '../src/roster/index.js'

const WIDTH = { 4: 32, 6: 128 } as const
const family = fc.constantFrom(4 as const, 6 as const)

/** A prefix of that family from any number: what is behind its length is cut off. */
const prefixOf = (kind: 4 | 6) =>
  fc
    .tuple(fc.bigInt({ min: 0n, max: (1n << BigInt(WIDTH[kind])) - 1n }), fc.nat(WIDTH[kind]))
    .map(([number, length]) => {
      const free = BigInt(WIDTH[kind] - length)
      return { family: kind, bits: (number >> free) << free, length }
    })
    .filter(({ family, bits }) => family === 4 || bits >> 32n !== 0xffffn)
const prefix = family.chain(prefixOf)
/** Near enough to each other to overlap now and then. */
const pair = family.chain((kind) =>
  fc.tuple(prefixOf(kind), prefixOf(kind), fc.nat(WIDTH[kind])).map(([a, b, length]) => {
    const free = BigInt(WIDTH[kind] - Math.min(length, b.length))
    return [a, { ...b, bits: (a.bits >> free) << free, length: Math.min(length, b.length) }] as const
  }),
)
type Range = readonly [bigint, bigint]
const rangeOf = ({ family, bits, length }: ReturnType<typeof parse>): Range => {
  return [bits, bits + (1n << BigInt(WIDTH[family] - length)) - 1n]
}
function parse(text: string) {
  const found = parsePrefix(text)
  if (!found) throw new Error(`no prefix: ${text}`)
  return found
}

describe('prefixes overlap', () => {
  it('as ranges of addresses do', () => {
    fc.assert(
      fc.property(fc.oneof(pair, fc.tuple(prefix, prefix)), ([a, b]) => {
        const [[fromA, toA], [fromB, toB]] = [rangeOf(a), rangeOf(b)]
        const meet = a.family === b.family && fromA <= toB && fromB <= toA
        expect(prefixesOverlap(a, b)).toBe(meet)
        expect(prefixesOverlap(b, a)).toBe(meet)
      }),
      { numRuns: 2_000 },
    )
  })

  it('with themselves, with what they are in, and not across families', () => {
    fc.assert(
      fc.property(prefix, fc.nat(128), (a, shorter) => {
        const length = Math.min(shorter, a.length)
        const free = BigInt(WIDTH[a.family] - length)
        expect(prefixesOverlap(a, a)).toBe(true)
        expect(prefixesOverlap(a, { ...a, bits: (a.bits >> free) << free, length })).toBe(true)
        expect(prefixesOverlap(a, { family: a.family === 4 ? 6 : 4, bits: 0n, length: 0 })).toBe(false)
      }),
    )
  })

  it('however an address is spelled', () => {
    const same = [
      ['fd00::1/128', 'FD00:0:0:0:0:0:0:1/128'],
      ['fd00:0:0:1::/64', 'fd00:0:0:1:0:0:0:0/64'],
      ['2001:db8::192.0.2.1/128', '2001:db8::c000:201/128'],
    ] as const
    for (const [a, b] of same) {
      expect(prefixText(parse(a))).toBe(prefixText(parse(b)))
      expect(prefixesOverlap(parse(a), parse(b))).toBe(true)
    }
  })
})

describe('the text of a prefix', () => {
  it('reads back as the same prefix, in the one spelling of inet_ntop', () => {
    fc.assert(
      fc.property(prefix, (a) => {
        const text = prefixText(a)
        expect(parsePrefix(text)).toEqual(a)
        const [address = ''] = text.split('/')
        if (isIPv6(address)) expect(new SocketAddress({ address, family: 'ipv6' }).address).toBe(address)
        expect(isHost(a)).toBe(a.length === WIDTH[a.family])
      }),
    )
  })

  it.each([
    '10.0.0.1',
    '10.0.0.1/33',
    '10.0.0.1/24',
    '10.0.0.01/32',
    '10.0.0/24',
    '10.0.0.1/032',
    '::ffff:10.0.0.1/128',
    'fe80::1%eth0/128',
    'fd00::1/129',
    'fd00:::1/128',
    ' 10.0.0.1/32',
    '10.0.0.1/32\n',
    '10.0.0.1/-1',
    '',
  ])('%j is none', (text) => {
    expect(parsePrefix(text)).toBeUndefined()
  })

  it('never throws', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.ipV4(), fc.ipV6(), fc.string({ unit: fc.constantFrom(...'0123456789abcdef.:/') })),
        (text) => {
          parsePrefix(text)
          parseEndpoint(text)
          parseAddress(text)
        },
      ),
      { numRuns: 2_000 },
    )
  })
})

describe('an endpoint', () => {
  it('is an address and a port, IPv6 in brackets', () => {
    for (const text of ['192.0.2.1:51820', '[2001:db8::1]:1', '[::1]:65535']) {
      const endpoint = parseEndpoint(text)
      expect(endpoint && endpointText(endpoint)).toBe(text)
    }
  })

  it.each([
    'host.example:51820',
    '192.0.2.1',
    '192.0.2.1:0',
    '192.0.2.1:65536',
    '2001:db8::1:51820',
    '[192.0.2.1]:1',
    '[fe80::1%eth0]:1',
  ])('%s is none', (text) => {
    expect(parseEndpoint(text)).toBeUndefined()
  })
})

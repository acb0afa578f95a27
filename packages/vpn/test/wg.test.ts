import { describe, expect, it } from 'vitest'
import { compareConfig, isEqual, parseDump, renderConfig, type WantedConfig, wantedDigest } from '../src/index.js'

const KEY = { a: 'YTEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=', b: 'YjEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=' }
const SECRET = 'c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0MDA='
const peer = {
  publicKey: KEY.b,
  allowedIps: ['10.66.0.2/32'],
  endpoint: '192.0.2.2:51820',
  keepaliveS: null,
  presharedKey: null,
}
const wanted: WantedConfig = { publicKey: KEY.a, listenPort: 51_820, peers: [peer] }
const dump = (over: Partial<Record<'port' | 'key' | 'endpoint' | 'allowed' | 'keepalive' | 'psk', string>> = {}) => {
  const { port = '51820', key = KEY.a, endpoint = peer.endpoint, allowed = '10.66.0.2/32', keepalive = 'off' } = over
  const own = [SECRET, key, port, 'off'].join('\t')
  return `${own}\n${[KEY.b, over.psk ?? '(none)', endpoint, allowed, '1780000000', '148', '92', keepalive].join('\t')}\n`
}
const compare = (text: string, isApplied = false) => compareConfig(wanted, parseDump(text), isApplied)

describe('the file for wg', () => {
  it('always has the private key and the port, and one part for each peer', () => {
    expect(renderConfig({ ...wanted, peers: [] }, SECRET)).toBe(
      `[Interface]\nPrivateKey = ${SECRET}\nListenPort = 51820\n`,
    )
    expect(renderConfig(wanted, SECRET)).toBe(
      `[Interface]\nPrivateKey = ${SECRET}\nListenPort = 51820\n\n[Peer]\nPublicKey = ${KEY.b}\n` +
        'AllowedIPs = 10.66.0.2/32\nEndpoint = 192.0.2.2:51820\nPersistentKeepalive = off\n',
    )
    const behind = { ...peer, endpoint: null, keepaliveS: 25, presharedKey: SECRET }
    const text = renderConfig({ ...wanted, peers: [behind] }, SECRET)
    expect(text).toContain(`PresharedKey = ${SECRET}\n`)
    expect(text).toContain('PersistentKeepalive = 25\n')
    expect(text).not.toContain('Endpoint')
  })

  it('has a digest that does not depend on the private key', () => {
    expect(wantedDigest(wanted)).toMatch(/^[0-9a-f]{64}$/)
    expect(wantedDigest(wanted)).toBe(wantedDigest(structuredClone(wanted)))
    expect(wantedDigest(wanted)).not.toBe(wantedDigest({ ...wanted, listenPort: 1 }))
  })
})

describe('what wg shows', () => {
  it('is read without its secrets', () => {
    const actual = parseDump(dump({ psk: SECRET, keepalive: '25' }))
    expect(JSON.stringify(actual)).not.toContain(SECRET)
    expect(actual).toEqual({
      publicKey: KEY.a,
      listenPort: 51_820,
      peers: [
        {
          publicKey: KEY.b,
          hasPresharedKey: true,
          endpoint: '192.0.2.2:51820',
          allowedIps: ['10.66.0.2/32'],
          latestHandshakeMs: 1_780_000_000_000,
          rxBytes: 148,
          txBytes: 92,
          keepaliveS: 25,
        },
      ],
    })
    expect(parseDump('(none)\t(none)\t40000\toff\n')).toEqual({ publicKey: null, listenPort: 40_000, peers: [] })
  })

  it.each(['', 'montana0', `${SECRET}\t${KEY.a}\tport\toff`, `${SECRET}\t${KEY.a}\t1\toff\n${KEY.b}\t(none)`])(
    'is refused when it is not of its form: %j',
    (text) => {
      expect(() => parseDump(text)).toThrow(expect.objectContaining({ code: 'WG_FAILED' }))
    },
  )
})

describe('the comparison', () => {
  it('finds nothing where nothing differs, in whatever order and spelling', () => {
    expect(isEqual(compare(dump()))).toBe(true)
    const two = { ...wanted, peers: [{ ...peer, allowedIps: ['fd66::2/128', '10.66.0.2/32'] }] }
    const spelled = parseDump(dump({ allowed: '10.66.0.2/32,fd66:0::2/128' }))
    expect(isEqual(compareConfig(two, spelled, false))).toBe(true)
  })

  it.each([
    ['port', '1', { interface: ['listen_port'] }],
    ['key', '(none)', { interface: ['private_key'] }],
    ['allowed', '10.66.0.3/32', { change: [KEY.b] }],
    ['allowed', '(none)', { change: [KEY.b] }],
    ['keepalive', '25', { change: [KEY.b] }],
    ['psk', SECRET, { change: [KEY.b] }],
    ['endpoint', '192.0.2.2:1', { change: [KEY.b] }],
    ['endpoint', '(none)', { change: [KEY.b] }],
  ])('finds another %s', (field, value, expected) => {
    expect(compare(dump({ [field]: value }))).toMatchObject(expected)
  })

  it('lets a peer move, but not be lost', () => {
    expect(isEqual(compare(dump({ endpoint: '198.51.100.1:9' }), true))).toBe(true)
    expect(isEqual(compare(dump({ endpoint: '(none)' }), true))).toBe(false)
  })

  it('finds peers that are missing and peers that are too many', () => {
    expect(compare(dump().split('\n')[0] ?? '')).toMatchObject({ add: [KEY.b], remove: [] })
    expect(compareConfig({ ...wanted, peers: [] }, parseDump(dump()), false)).toMatchObject({
      add: [],
      remove: [KEY.b],
    })
  })
})

import { X509Certificate } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { type PeerFacts, type PeerPolicy, verifyPeer } from '../../src/channel/tls/verify-peer.js'
import { code, credentialsOf, DOMAIN, identityOf, registryOfHosts } from './support.js'

const MOSCOW = identityOf(2)
const policy: PeerPolicy = {
  self: 'amsterdam',
  selfKey: identityOf(1).publicKey,
  domain: DOMAIN,
  hosts: new Set(['amsterdam', 'moscow']),
  registry: registryOfHosts(2),
  keyExchange: 'require',
}
const facts: PeerFacts = {
  certificate: new X509Certificate(credentialsOf(MOSCOW, 'moscow').cert),
  alpn: 'montana-node/1',
  isResumed: false,
  group: 'X25519MLKEM768',
}

describe('what a handshake showed', () => {
  it('is a host of the registry', () => {
    expect(verifyPeer(facts, policy, Date.now(), 'moscow')).toEqual({
      host: 'moscow',
      address: MOSCOW.address,
      publicKey: MOSCOW.publicKey,
    })
    expect(verifyPeer({ ...facts, group: null }, policy, Date.now()).host).toBe('moscow')
  })

  it('is refused when it was resumed, before anything else is looked at', () => {
    const resumed = { ...facts, isResumed: true, certificate: undefined, alpn: false } as const
    expect(() => verifyPeer(resumed, policy, Date.now())).toThrow(code('SESSION_REUSED'))
  })

  it('is refused with a classical group, unless that is admitted', () => {
    const classical = { ...facts, group: 'X25519' }
    expect(() => verifyPeer(classical, policy, Date.now())).toThrow(code('KEX_CLASSICAL'))
    expect(verifyPeer(classical, { ...policy, keyExchange: 'prefer' }, Date.now()).host).toBe('moscow')
  })
})

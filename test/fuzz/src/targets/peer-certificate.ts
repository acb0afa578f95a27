import { sign, X509Certificate } from 'node:crypto'
import { FailoverError, nodeIdentityOf, type PeerRegistry } from '@montana/failover'
import { encodeCertificate } from '../../../../packages/failover/dist/channel/tls/certificate.js'
import { bitString, objectIdentifier, sequence } from '../../../../packages/failover/dist/channel/tls/der.js'
import { verifyPeer } from '../../../../packages/failover/dist/channel/tls/verify-peer.js'
import { REFUSED, refusing, targetOf } from './codec-target.js'
import { Breach, type Outcome, type Target } from './target.js'

const NOW_MS = Date.UTC(2026, 4, 1)
const DAY_MS = 86_400_000
const DOMAIN = 'montana.test'
const MOSCOW = nodeIdentityOf(new Uint8Array(32).fill(2))
const SELF_KEY = nodeIdentityOf(new Uint8Array(32).fill(1)).publicKey
const SIGNED_AS = sequence(objectIdentifier('2.16.840.1.101.3.4.3.18'))

const registry: PeerRegistry = {
  keysOf: (host) =>
    host === 'moscow' ? [{ keyType: 'ml-dsa-65', publicKey: MOSCOW.publicKey, isRevoked: false }] : [],
  onChange: () => () => {},
}
const POLICY = {
  ...{ self: 'amsterdam', selfKey: SELF_KEY, domain: DOMAIN, registry },
  ...{ hosts: new Set(['amsterdam', 'moscow']), keyExchange: 'require' as const },
}

/** A stranger's certificate, before anybody is known: signed anew after each change, for TLS has asked that already. */
export function peerCertificate(): Target {
  const allocates = { base: 256 * 1024, perByte: 64 }
  return targetOf(
    {
      name: 'failover/peer-certificate',
      seeds: () => [certificate('moscow')],
      repair: signedAnew,
      maxBytes: 8192,
      allocates,
    },
    (input): Outcome => {
      const shown = parsed(input)
      if (!shown) return 'refused'
      const facts = { certificate: shown, alpn: 'montana-node/1', isResumed: false, group: null } as const
      const peer = refusing([FailoverError], () => verifyPeer(facts, POLICY, NOW_MS))
      if (peer === REFUSED) return 'refused'
      if (peer.host !== 'moscow' || !Buffer.from(peer.publicKey).equals(MOSCOW.publicKey))
        throw new Breach('property', `${peer.host} was taken for a host of the registry`)
      const [from, to] = [shown.validFromDate.getTime(), shown.validToDate.getTime()]
      if (!(from <= NOW_MS + DAY_MS && to >= NOW_MS - DAY_MS)) throw new Breach('property', `valid ${from} to ${to}`)
      return 'accepted'
    },
  )
}

function certificate(host: string): Uint8Array {
  const dates = { notBeforeMs: NOW_MS - DAY_MS, notAfterMs: NOW_MS + 90 * DAY_MS }
  return encodeCertificate({ commonName: `${host}.${DOMAIN}`, userId: MOSCOW.address, ...dates }, MOSCOW.privateKey)
}

/** What OpenSSL does not take is none that a handshake could show. */
function parsed(der: Uint8Array): X509Certificate | undefined {
  try {
    return new X509Certificate(der)
  } catch {
    return undefined
  }
}

function signedAnew(input: Uint8Array): Uint8Array | undefined {
  const outer = contentOf(input)
  const body = outer && elementOf(outer)
  return body && sequence(body, SIGNED_AS, bitString(sign(null, body, MOSCOW.privateKey)))
}

/** Both sequences are longer than 255 bytes, so two bytes tell their length. */
function contentOf(bytes: Uint8Array): Uint8Array | undefined {
  return bytes[0] === 0x30 && bytes[1] === 0x82 ? bytes.subarray(4) : undefined
}

function elementOf(bytes: Uint8Array): Uint8Array | undefined {
  if (!contentOf(bytes) || bytes.length < 4) return undefined
  return bytes.subarray(0, 4 + ((bytes[2] as number) << 8) + (bytes[3] as number))
}

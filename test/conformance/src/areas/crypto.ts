import { ascii, type HashDomain, hashWithDomain, sha256 } from '@montana/codec'
import { mldsaKeygen } from '@montana/crypto/oracle'
import { concatBytes } from '@montana/foundation'
import { type Fields, toBytes, UnknownShape } from '../fields.js'
import type { Area, Kind, Value } from '../types.js'
import { deterministicSignature, encapsulation, kemKey, secretKeyOnlyNoble, signingKey } from './key-material.js'

const MESSAGE_NAMES = ['msg_hex', 'message_hex', 'msg_ascii', 'message_ascii', 'msg', 'message', 'digest'] as const
const COINS_NAMES = ['m', 'coins', 'coins_hex'] as const
const HEX = /^([0-9a-f]{2})*$|^[0-9a-f]{2}\*\d+$/i

const signing: Kind = {
  title: 'deterministic ML-DSA-65 signature',
  matches: (input) => seedName(input) !== undefined && input.nameOf(...MESSAGE_NAMES) !== undefined,
  backends: ['noble'],
  run: (input) => {
    const pair = mldsaKeygen(input.bytes(seedName(input) ?? ''))
    const context = input.nameOf('ctx', 'context', 'ctx_hex')
    return deterministicSignature(pair, messageOf(input), {
      ...(context !== undefined && { context: input.bytes(context) }),
      ...(input.has('rnd') && { randomness: input.bytes('rnd') }),
    })
  },
}

/** Spec protocol 1.2, 1.4. */
export const cryptoArea: Area = {
  name: 'crypto',
  kinds: [
    {
      title: 'domain-separated hash',
      matches: (input) => input.has('domain'),
      backends: ['typescript'],
      run: domainHash,
    },
    signing,
    {
      title: 'ML-KEM-768 encapsulation',
      matches: (input) => seedName(input) !== undefined && input.nameOf(...COINS_NAMES) !== undefined,
      backends: ['noble'],
      run: (input) =>
        encapsulation(input.bytes(seedName(input) ?? ''), input.bytes(input.nameOf(...COINS_NAMES) ?? '')),
    },
    {
      title: 'ML-KEM-768 key generation',
      matches: (input) => seedName(input) !== undefined && isKem(input),
      backends: ['node', 'noble'],
      partial: secretKeyOnlyNoble,
      run: (input, context) => kemKey(input.bytes(seedName(input) ?? ''), context),
    },
    {
      title: 'ML-DSA-65 key generation',
      matches: (input) => seedName(input) !== undefined,
      backends: ['node', 'noble'],
      partial: secretKeyOnlyNoble,
      run: (input, context) => signingKey(input.bytes(seedName(input) ?? ''), context),
    },
    {
      title: 'SHA-256',
      matches: (input) => input.nameOf(...MESSAGE_NAMES) !== undefined,
      backends: ['typescript'],
      run: (input) => sha256(messageOf(input)),
    },
  ],
}

/** Key generation again, under the names of the transport file. */
export const cryptoBaselineArea: Area = { name: 'crypto-baseline', kinds: cryptoArea.kinds }

function seedName(input: Fields): string | undefined {
  return input.nameOf('seed', 'seed_hex', 'sk_seed', 'key_seed', 'xi')
}

/** ξ has 32 bytes, d ‖ z has 64. */
function isKem(input: Fields): boolean {
  return input.bytes(seedName(input) ?? '').length === 64
}

function messageOf(input: Fields): Uint8Array {
  const name = input.nameOf(...MESSAGE_NAMES)
  if (name === undefined) throw new UnknownShape('input has no message')
  if (name.endsWith('ascii')) return ascii(input.text(name))
  const isHex = name.endsWith('hex') || typeof input.raw(name) !== 'string' || HEX.test(input.text(name))
  return isHex ? input.bytes(name) : ascii(input.text(name))
}

function domainHash(input: Fields): Value {
  const domain = input.text('domain')
  const parts = partsOf(input)
  const preimage = concatBytes(ascii(domain), Uint8Array.of(0), ...parts)
  if (input.has('preimage_hex') && Buffer.compare(preimage, input.bytes('preimage_hex')) !== 0) {
    throw new Error(`the preimage is ${Buffer.from(preimage).toString('hex')}`)
  }
  // vectors also hash under domains that only other protocols use
  return hashWithDomain(domain as HashDomain, ...parts)
}

function partsOf(input: Fields): Uint8Array[] {
  if (input.has('parts_ascii')) return input.list('parts_ascii').map((part) => ascii(String(part)))
  const name = input.nameOf('parts_hex', 'parts')
  return name === undefined ? [] : input.list(name).map((part) => toBytes(part, name))
}

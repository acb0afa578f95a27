import { sha256 } from '@montana/codec'
import { toHex } from '@montana/foundation'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  accountIdOf,
  addressOf,
  base58Decode,
  base58Encode,
  nodeIdOf,
  parseAddress,
  peerIdOf,
} from '../src/identifiers.js'
import { deriveIdentity, encodeIdentity, type Identity, openIdentity } from '../src/identity.js'
import { encodeIdentityFile, parseIdentityFile } from '../src/identity-file.js'
import { mldsaKeygen, mlkemKeygen } from '../src/oracle.js'
import { filled, hex, knownAnswers } from './known-answers.js'

describe('known identities', () => {
  it.each(knownAnswers('identity', 'full_identity'))('$name', async ({ input, expected }) => {
    const identity = await deriveIdentity(hex(input.entropy ?? ''))
    expect({
      master_seed: toHex(identity.masterSeed),
      account_seed: toHex(identity.seeds.account),
      node_seed: toHex(identity.seeds.node),
      mlkem_seed: toHex(identity.seeds.kem),
      libp2p_ed25519_seed: toHex(identity.seeds.transport),
      account_pk_sha256: toHex(sha256(identity.publicKeys.account)),
      node_pk_sha256: toHex(sha256(identity.publicKeys.node)),
      mlkem_pk_sha256: toHex(sha256(identity.publicKeys.kem)),
      account_id: toHex(identity.accountId),
      address: identity.address,
      node_id: toHex(identity.nodeId),
      xx_peer_id: identity.peerId,
      master_seed_fingerprint8: toHex(identity.fingerprint),
    }).toEqual(expect.objectContaining(withoutWords(expected)))
  })

  it.each(knownAnswers('identity', 'manifest_identity'))('$name', ({ input, expected }) => {
    const { suite_id = 0, node_pubkey_hex = '', account_pubkey_hex = '' } = input
    expect({
      node_id: toHex(nodeIdOf(hex(node_pubkey_hex))),
      account_id: toHex(accountIdOf(suite_id, hex(account_pubkey_hex))),
      peer_id: peerIdOf(hex(node_pubkey_hex)),
    }).toEqual(expected)
  })

  it.each(knownAnswers('identity', 'base58'))('$name', ({ input, expected }) => {
    expect(base58Encode(hex(input.bytes ?? ''))).toBe(expected)
    expect(base58Decode(expected)).toEqual(hex(input.bytes ?? ''))
  })
})

function withoutWords(expected: Record<string, string>): Record<string, string> {
  const { mnemonic: _words, entropy: _entropy, ...rest } = expected
  return rest
}

describe('address', () => {
  it('returns to its account_id and refuses a typo', () => {
    const accountId = filled(32, 0xab)
    const address = addressOf(accountId)
    expect(parseAddress(address)).toEqual(accountId)
    expect(parseAddress(address.slice(2))).toBeUndefined()
    expect(parseAddress(`${address.slice(0, -1)}${address.endsWith('1') ? '2' : '1'}`)).toBeUndefined()
    expect(parseAddress(`${address}0`)).toBeUndefined()
  })
})

describe('identity.bin', () => {
  let identity: Identity
  let file: Uint8Array
  beforeAll(async () => {
    identity = await deriveIdentity(filled(32, 0))
    file = await encodeIdentity(identity)
  })

  it('holds the FIPS expanded keys in 15 627 bytes and opens again', async () => {
    expect(file).toHaveLength(15_627)
    const parsed = parseIdentityFile(file)
    expect(parsed.keys.nodeSecretKey).toEqual(mldsaKeygen(identity.seeds.node).secretKey)
    expect(parsed.keys.accountSecretKey).toEqual(mldsaKeygen(identity.seeds.account).secretKey)
    expect(parsed.keys.kemSecretKey).toEqual(mlkemKeygen(identity.seeds.kem).secretKey)
    expect(encodeIdentityFile(parsed)).toEqual(file)
    expect(await openIdentity(file)).toEqual(identity)
  })

  // offsets: spec protocol 16.2; K of the ML-DSA keys (bytes 32…63) and z of the ML-KEM key are bound by the seed only
  it.each([
    ['magic', 0],
    ['version', 8],
    ['suite', 9],
    ['account_pk', 75 + 5],
    ['account_sk', 75 + 1952],
    ['account_sk', 75 + 1952 + 40],
    ['account_sk', 75 + 1952 + 3000],
    ['node_pk', 75 + 5984],
    ['node_sk', 75 + 7936 + 40],
    ['node_sk', 75 + 7936 + 130],
    ['mlkem_pk', 75 + 11968],
    ['mlkem_sk', 75 + 13152],
    ['mlkem_sk', 15_626],
  ])('names %s when byte %i is wrong', async (field, at) => {
    const altered = file.slice()
    altered[at] = (altered[at] ?? 0) ^ 4
    await expect(openIdentity(altered)).rejects.toMatchObject({ code: 'IDENTITY_INVALID', field, exitCode: 78 })
  })

  it('refuses a master seed of somebody else, a wrong length, an empty file', async () => {
    const altered = file.slice()
    altered[20] = (altered[20] ?? 0) ^ 1
    await expect(openIdentity(altered)).rejects.toMatchObject({ field: 'account_pk' })
    await expect(openIdentity(file.subarray(1))).rejects.toMatchObject({ field: 'magic' })
    await expect(openIdentity(file.subarray(0, -1))).rejects.toMatchObject({ field: 'length' })
    await expect(openIdentity(new Uint8Array(0))).rejects.toMatchObject({ field: 'magic' })
    await expect(openIdentity(file.subarray(0, 8))).rejects.toMatchObject({ field: 'version' })
  })

  it('reads version 2 and says why a node cannot run on it', async () => {
    const { keys, suite } = parseIdentityFile(file)
    const old = encodeIdentityFile({ version: 2, suite, keys, ed25519Seed: filled(32, 5) })
    expect(old).toHaveLength(15_595)
    expect(parseIdentityFile(old)).toEqual({ version: 2, suite, keys, ed25519Seed: filled(32, 5) })
    await expect(openIdentity(old)).rejects.toMatchObject({ field: 'version' })
  })
})

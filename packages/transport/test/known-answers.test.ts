import { nodeIdOf } from '@montana/crypto'
import { mldsaKeygen, mldsaSign, mlkemDecapsulate, mlkemEncapsulate, mlkemKeygen } from '@montana/crypto/oracle'
import { concatBytes } from '@montana/foundation'
import { describe, expect, it } from 'vitest'
import {
  type HandshakeProfile,
  initiatorDigest,
  libp2pKey,
  MESSAGE_1_BYTES,
  MESSAGE_2_BYTES,
  MESSAGE_3_BYTES,
  masterSecret,
  PQ_MAX_PLAINTEXT_BYTES,
  PQ_PROFILE,
  peerIdOfNodeKey,
  responderDigest,
  sessionKeys,
} from '../src/index.js'
import { filled, hex, testSigner, vector } from './harness.js'

/** The hybrid profile exists for the core only: it shows that the core is parameterised by L and P. */
const HYBRID: HandshakeProfile = {
  labelPrefix: 'mt-noise-hybrid-v1-',
  prologue: concatBytes(filled(32, 0x37), filled(32, 0x38)),
}

/** The six pinned inputs of appendix B. */
const identityI = mldsaKeygen(filled(32, 0x31))
const identityR = mldsaKeygen(filled(32, 0x32))
const kemI = mlkemKeygen(filled(64, 0x33))
const kemR = mlkemKeygen(filled(64, 0x34))
const toI = mlkemEncapsulate(kemI.publicKey, filled(32, 0x35))
const toR = mlkemEncapsulate(kemR.publicKey, filled(32, 0x36))

function runCore(profile: HandshakeProfile) {
  const secrets = { ssI: toI.sharedSecret, ssR: toR.sharedSecret }
  const responder = { ekI: kemI.publicKey, ekR: kemR.publicKey, ctI: toI.cipherText, idR: identityR.publicKey }
  const dR = responderDigest(profile, responder, secrets.ssI)
  const initiator = { sigR: mldsaSign(dR, identityR.secretKey), ctR: toR.cipherText, idI: identityI.publicKey }
  const dI = initiatorDigest(profile, responder, initiator, secrets)
  const sigI = mldsaSign(dI, identityI.secretKey)
  const master = masterSecret(profile, responder, initiator, sigI, secrets)
  return { dR, dI, master, ...sessionKeys(profile, responder, initiator, sigI, secrets) }
}

describe('appendix B', () => {
  it('agrees on the shared secrets', () => {
    expect(hex(toI.sharedSecret)).toBe('a042e480965822477604f1d9aa2de8ee1062c5c8151e842b64a09999a852cef3')
    expect(hex(toR.sharedSecret)).toBe('24f053440e72f33043e910317cb103809acf636a2e382e9d5366b4e195735bd0')
    expect(mlkemDecapsulate(toI.cipherText, kemI.secretKey)).toEqual(toI.sharedSecret)
  })

  it.each([
    [
      'pq',
      PQ_PROFILE,
      '2d9c570421c03586c871d62935cec47fae47fd5eb2bfef365d32be20e4ce6e73',
      'b54031f2168dc87e078645e1ce2e9e63eda69bf984fc2a3ce01820395c5e7976',
      '9827212a35c855d9c28534e2237c23c87cfef344d6200f1b71520220ee727c12',
      '2ba032c0730a3645e0b2ca04cc41d16b4a40f583fe60c47fa29ec63c23252eb7',
      '505776463d4d340f8c0b2730beb657eb748d1c8a511122c5e82cf40d37bbb32e',
      '2cf132e71e3dc4b95bf216f32f020946676a5a411af640986fe4c45f57336bd4',
    ],
    [
      'hybrid',
      HYBRID,
      'cf44b9cb7c396066de2c6e38035541db85c19a816a7647d440129804dcd16383',
      'b770d62f7778d2cfa2600afe0f90d9fc39a1e2f53b3952ee1974750d18cce277',
      '476b6a753bf1b4760b8e496d65367ac8f181335ab0c0f53434b103ceb7e24171',
      'ac2a88c42222fdf957a88ab144a73a1d960e10ac996f29824ba5820a39d24d0a',
      '94c88837e6b17fa503e6b0c5a75db8077415e6818b0273731e8abbf3cbf34f8f',
      '7ee4e9442155bfe284fae829092e4385d2213d77fea3f7d4a24d1cf8046a2d14',
    ],
  ] as const)('derives digests, master secret, keys and transcript hash of %s', (_, profile, ...expected) => {
    const { dR, dI, master, i2r, r2i, transcriptHash } = runCore(profile)
    expect([dR, dI, master, i2r, r2i, transcriptHash].map(hex)).toEqual(expected)
  })

  it('names the two identities', () => {
    expect(peerIdOfNodeKey(identityI.publicKey).toString()).toBe('QmauxcmJxwGYWGLRc7TjUCvXbcgXH6JrTPnzRoPQwpFGAz')
    expect(peerIdOfNodeKey(identityR.publicKey).toString()).toBe('QmRGgsMPmgFbpn24xHSJ1jC2j3qZy4YvUkY4SP6s5cGqcj')
  })
})

describe('published vectors', () => {
  it('has the wire sizes', () => {
    const { expected } = vector('noise_wire_sizes')
    expect([MESSAGE_1_BYTES, MESSAGE_2_BYTES, MESSAGE_3_BYTES, PQ_MAX_PLAINTEXT_BYTES]).toEqual([
      expected.xx_msg1,
      expected.xx_msg2,
      expected.xx_msg3,
      expected.aead_max_plaintext,
    ])
  })

  it.each(['peer_id_seed_11', 'peer_id_seed_66', 'peer_id_seed_77'])('derives %s', (name) => {
    const { input, expected } = vector(name)
    const key = mldsaKeygen(new Uint8Array(Buffer.from(String(input.identity_seed_hex), 'hex'))).publicKey
    expect(peerIdOfNodeKey(key).toString()).toBe(expected.peer_id)
    expect(hex(peerIdOfNodeKey(key).toMultihash().bytes)).toBe(expected.multihash_hex)
    expect(hex(nodeIdOf(key))).toBe(expected.node_id_hex)
  })
})

describe('libp2pKey', () => {
  it('gives js-libp2p the network identity', async () => {
    const signer = await testSigner(0x31)
    const key = libp2pKey(signer)
    const other = libp2pKey(await testSigner(0x32))
    expect(key.publicKey.toString()).toBe('QmauxcmJxwGYWGLRc7TjUCvXbcgXH6JrTPnzRoPQwpFGAz')
    expect(key.publicKey.toCID().multihash.bytes).toEqual(peerIdOfNodeKey(signer.publicKey).toMultihash().bytes)
    expect([key.equals(key), key.equals(other)]).toEqual([true, false])
  })
})

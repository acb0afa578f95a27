import { readFileSync } from 'node:fs'
import { nodeIdOf, type PqBackend, selectPqBackend } from '@montana/crypto'
import { mldsaKeygen, mlkemDecapsulate } from '@montana/crypto/oracle'
import { describe, expect, it, onTestFinished } from 'vitest'
import {
  FrameDecoder,
  frameKey,
  libp2pKey,
  MESSAGE_1_BYTES,
  MESSAGE_2_BYTES,
  MESSAGE_3_BYTES,
  nextChainSecret,
  PQ_MAX_PLAINTEXT_BYTES,
  PQ_PROFILE,
  peerIdOfNodeKey,
  RatchetOpener,
  RatchetSealer,
  runTranscriptSelfTest,
} from '../src/index.js'
import { HYBRID, identityI, identityR, kemI, runCore, selfTestAnswers, toI, toR } from './appendix-b.js'
import { filled, hex, testBackend, testSigner, vector } from './harness.js'

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

  it('derives the frame keys of hybrid epochs', () => {
    const { i2r, r2i } = runCore(HYBRID)
    const [c1, k0] = [nextChainSecret(i2r), frameKey(i2r)]
    expect([k0, c1, frameKey(c1), frameKey(nextChainSecret(c1)), frameKey(r2i)].map(hex)).toEqual([
      '11d6f1192fad24f704b35f87fe45c8d4bdc67683ecbf8baaaa7c4feeab119858',
      '62eb8b914b3506df090dc7b00fedbbf81da607596bfb6c32e051e3029fb104ec',
      'eae85b61822bc1d3f8fcd065f0ae744789e022bac5a49fd15fdb586bb45c8a19',
      '2feb6e26850b6a06e4b5c4976d2f7520a10eca68a5186f6f135a3c736a5b2bf3',
      'ed0bee00229d5a64575e860bbb583ac42a244276d4e25f9c0403e31138ead573',
    ])
  })

  it('seals and opens the hybrid frames: data, marker, data under the next key', () => {
    const { i2r: chainSecret } = runCore(HYBRID)
    const limits = { framesPerEpoch: 2, sendMs: 1e9, receiveMs: 1e9, earlyMs: 0, earlyFrames: 0 }
    const init = { chainSecret, limits, time: { monotonicMs: () => 0 } }
    const [sealer, opener] = [new RatchetSealer(init), new RatchetOpener(init)]
    const seal = (text: string) => sealer.seal([Buffer.from(text)], text.length)
    const frames = [seal('alpha'), sealer.takeControl() ?? filled(0, 0), seal('omega')]
    expect(frames.map(hex)).toEqual([
      '0015aa57f33c00de9da9b15cc31cbed5936500209e95d2',
      '0010f3990dc53181ec0c9126d17649af3e74',
      '00153bfb8ba76c9da9a6b67a2620cb627a5d91dc7774ae',
    ])
    const opened = frames.flatMap((frame) => [...new FrameDecoder().push(frame)]).map((body) => opener.open(body))
    expect(opened.map((plaintext) => Buffer.from(plaintext).toString())).toEqual(['alpha', '', 'omega'])
  })

  it('names the two identities', () => {
    expect(peerIdOfNodeKey(identityI.publicKey).toString()).toBe('QmauxcmJxwGYWGLRc7TjUCvXbcgXH6JrTPnzRoPQwpFGAz')
    expect(peerIdOfNodeKey(identityR.publicKey).toString()).toBe('QmRGgsMPmgFbpn24xHSJ1jC2j3qZy4YvUkY4SP6s5cGqcj')
  })
})

describe('the self-test of the handshake', () => {
  it('holds the answers that the oracle gives', () => {
    const stored = readFileSync(new URL('../fixtures/self-test.json', import.meta.url), 'utf8')
    expect(JSON.parse(stored)).toEqual(selfTestAnswers())
  })

  it.each(['node', 'noble'] as const)('passes on the backend %s', async (name) => {
    const backend = await selectPqBackend(name)
    onTestFinished(() => backend.close())
    await runTranscriptSelfTest(backend)
  })

  it('refuses a backend whose verification or keys are wrong', async () => {
    const right = await testBackend()
    const broken = (change: Partial<PqBackend>): PqBackend => ({ ...bound(right), ...change })
    await expect(runTranscriptSelfTest(broken({}))).resolves.toBeUndefined()
    const refusing = broken({ verify: async () => false })
    const strange = broken({ importSigner: () => right.importSigner(filled(32, 1)) })
    for (const backend of [refusing, strange]) {
      await expect(runTranscriptSelfTest(backend)).rejects.toMatchObject({ code: 'CRYPTO_SELFTEST' })
    }
  })
})

/** The methods of a backend as plain functions, so that one of them can be exchanged. */
function bound(backend: PqBackend): PqBackend {
  return {
    name: backend.name,
    generateKem: (signal) => backend.generateKem(signal),
    encapsulate: (key, signal) => backend.encapsulate(key, signal),
    importSigner: (seed) => backend.importSigner(seed),
    verify: (...input) => backend.verify(...input),
    close: () => backend.close(),
  }
}

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

import { type Envelope, genesisChainState } from '@montana/consensus'
import { createSignatureVerifier, type SignatureVerifier, type Signer, selectPqBackend } from '@montana/crypto'
import { concatBytes } from '@montana/foundation'
import { decodeNodeRegistration, devnetGenesis, type RegistrationFields, registrationScope } from '@montana/ledger'
import { beforeAll, describe, expect, it } from 'vitest'
import { Authenticator } from '../src/runtime/authenticator.js'

const HASH = new Uint8Array(32)
let signer: Signer
let other: Signer
let verify: SignatureVerifier

beforeAll(async () => {
  const crypto = await selectPqBackend()
  signer = await crypto.importSigner(new Uint8Array(32).fill(1))
  other = await crypto.importSigner(new Uint8Array(32).fill(2))
  verify = createSignatureVerifier(crypto)
  return () => crypto.close()
})

/** An authenticator, and how often it asked for cryptography. */
function counting() {
  const calls = { count: 0 }
  const counted: SignatureVerifier = (...args) => {
    calls.count++
    return verify(...args)
  }
  return { authenticator: new Authenticator(counted, HASH), calls }
}

async function registration(by: Signer, over: Partial<RegistrationFields> = {}): Promise<Uint8Array> {
  const scope = registrationScope({
    suiteId: 1,
    nodePublicKey: signer.publicKey,
    operatorAccountId: HASH,
    proofEndpoint: HASH,
    wStart: 1n,
    vdfChainLength: 6n,
    ...over,
  })
  return concatBytes(scope, await by.sign(scope))
}

async function isAuthentic(authenticator: Authenticator, bytes: Uint8Array): Promise<boolean> {
  return await authenticator.isAuthenticRegistration(decodeNodeRegistration(bytes))
}

describe('the signature of a registration', () => {
  it('is valid under the node key that it registers, and under no other', async () => {
    const { authenticator } = counting()
    expect(await isAuthentic(authenticator, await registration(signer))).toBe(true)
    expect(await isAuthentic(authenticator, await registration(other))).toBe(false)
    const altered = await registration(signer)
    altered[2027] = 7
    expect(await isAuthentic(authenticator, altered)).toBe(false)
  })

  it('of an unknown suite is invalid without cryptography', async () => {
    const { authenticator, calls } = counting()
    expect(await isAuthentic(authenticator, await registration(signer, { suiteId: 2 }))).toBe(false)
    expect(calls.count).toBe(0)
  })

  it('is checked once when it is good', async () => {
    const { authenticator, calls } = counting()
    const bytes = await registration(signer)
    await isAuthentic(authenticator, bytes)
    await isAuthentic(authenticator, bytes)
    expect(calls.count).toBe(1)
  })

  it('travels with an envelope, one verdict per object in its order', async () => {
    const { authenticator } = counting()
    const control = [await registration(other), await registration(signer), await registration(signer, { suiteId: 2 })]
    expect(await authenticator.verifyControl({ control })).toEqual([false, true, false])
  })

  it('is not looked at while the header is not authentic', async () => {
    const { authenticator, calls } = counting()
    const rules = { proposerRule: 'bootstrap', cementingRule: 'evidence' } as const
    const chain = genesisChainState(devnetGenesis([], rules))
    const header = { proposerNodeId: HASH, window: 1, scope: HASH, signature: HASH }
    const envelope = { header, confirmers: [], evidence: [], control: [await registration(signer)] }
    const { signatures } = await authenticator.authenticateEnvelope(chain, envelope as unknown as Envelope)
    expect(signatures).toEqual({ header: false, confirmers: [], evidence: [], control: [] })
    expect(calls.count).toBe(0)
  })
})

import { createHash } from 'node:crypto'
import { toHex } from '@montana/foundation'
import { nodeCryptoHasher, smtRoot } from '@montana/ledger'
import { GENESIS_T_R } from '@montana/timechain'
import { describe, expect, it } from 'vitest'
import { ClockStub, grindMs } from '../src/stubs/clock.js'
import { installFastMerkle } from '../src/stubs/merkle.js'
import { SignatureScheme } from '../src/stubs/signatures.js'

describe('stubbed signatures', () => {
  const scheme = new SignatureScheme()
  const [alice, bob] = [scheme.createSigner('alice'), scheme.createSigner('bob')]
  const message = new Uint8Array([1, 2, 3])

  it('have the sizes of ML-DSA-65 and verify under their own key', () => {
    expect(alice.publicKey).toHaveLength(1952)
    expect(alice.sign(message)).toHaveLength(3309)
    expect(scheme.verify(alice.sign(message), message, alice.publicKey)).toBe(true)
  })

  it('bind key, message and every byte', () => {
    const signature = alice.sign(message)
    expect(scheme.verify(signature, message, bob.publicKey)).toBe(false)
    expect(scheme.verify(signature, new Uint8Array([1, 2, 4]), alice.publicKey)).toBe(false)
    for (const at of [0, 31, 1000, 3308]) {
      const spoilt = signature.slice()
      spoilt[at] = (spoilt[at] ?? 0) ^ 1
      expect(scheme.verify(spoilt, message, alice.publicKey)).toBe(false)
    }
    expect(scheme.verify(signature, message, new Uint8Array(1952))).toBe(false)
  })
})

describe('the stubbed clock', () => {
  it('is the real chain of hashes', () => {
    const once = createHash('sha256').update(GENESIS_T_R).digest()
    const twice = createHash('sha256').update(once).digest()
    expect(Buffer.from(new ClockStub().value(GENESIS_T_R, 2)).equals(twice)).toBe(true)
  })

  it('takes d divided by the rate', () => {
    expect(grindMs(64, 32)).toBe(2000)
  })
})

describe('the fast Merkle hasher', () => {
  it('gives the roots of the one it replaces', () => {
    const entries = [1, 2, 3].map((n) => [new Uint8Array(32).fill(n), new Uint8Array([n])] as const)
    const slow = smtRoot(entries, { ...nodeCryptoHasher })
    installFastMerkle()
    expect(toHex(smtRoot(entries))).toBe(toHex(slow))
    expect(toHex(smtRoot(entries))).toBe(toHex(slow))
  })
})

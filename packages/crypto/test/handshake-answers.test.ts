import { ascii, sha256 } from '@montana/codec'
import { concatBytes, toHex } from '@montana/foundation'
import { describe, expect, it } from 'vitest'
import { peerIdOf } from '../src/identifiers.js'
import { mldsaKeygen, mldsaSign, mlkemDecapsulate, mlkemEncapsulate, mlkemKeygen } from '../src/oracle.js'
import { filled } from './known-answers.js'

// spec transport appendix B, column pq: pins key generation, deterministic signing and chosen coins together
describe('appendix B', () => {
  const identityI = mldsaKeygen(filled(32, 0x31))
  const identityR = mldsaKeygen(filled(32, 0x32))
  const kemI = mlkemKeygen(filled(64, 0x33))
  const kemR = mlkemKeygen(filled(64, 0x34))
  const first = mlkemEncapsulate(kemI.publicKey, filled(32, 0x35))
  const second = mlkemEncapsulate(kemR.publicKey, filled(32, 0x36))

  it('gives the peer ids and shared secrets', () => {
    expect(peerIdOf(identityI.publicKey)).toBe('QmauxcmJxwGYWGLRc7TjUCvXbcgXH6JrTPnzRoPQwpFGAz')
    expect(peerIdOf(identityR.publicKey)).toBe('QmRGgsMPmgFbpn24xHSJ1jC2j3qZy4YvUkY4SP6s5cGqcj')
    expect(toHex(first.sharedSecret)).toBe('a042e480965822477604f1d9aa2de8ee1062c5c8151e842b64a09999a852cef3')
    expect(toHex(second.sharedSecret)).toBe('24f053440e72f33043e910317cb103809acf636a2e382e9d5366b4e195735bd0')
    expect(mlkemDecapsulate(first.cipherText, kemI.secretKey)).toEqual(first.sharedSecret)
  })

  it('gives both signed digests', () => {
    const label = (text: string) => ascii(`mt-noise-pq-xx-v1-${text}`)
    const t1 = concatBytes(kemI.publicKey, kemR.publicKey, first.cipherText, identityR.publicKey)
    const dR = sha256(label('sig-r'), t1, first.sharedSecret)
    expect(toHex(dR)).toBe('2d9c570421c03586c871d62935cec47fae47fd5eb2bfef365d32be20e4ce6e73')
    const t2 = concatBytes(t1, mldsaSign(dR, identityR.secretKey), second.cipherText, identityI.publicKey)
    const dI = sha256(label('sig-i'), t2, first.sharedSecret, second.sharedSecret)
    expect(toHex(dI)).toBe('b54031f2168dc87e078645e1ce2e9e63eda69bf984fc2a3ce01820395c5e7976')
  })
})

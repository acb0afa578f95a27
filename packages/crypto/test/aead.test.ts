import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aeadOpen, aeadSeal } from '../src/aead.js'
import { filled, hex } from './known-answers.js'

const bytes = (max: number) => fc.uint8Array({ maxLength: max })
const key = filled(32, 7)
const nonce = new Uint8Array(12)

describe('ChaCha20-Poly1305', () => {
  it('gives the ciphertext of RFC 8439 2.8.2', () => {
    const text = new TextEncoder().encode(
      "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.",
    )
    const sealed = aeadSeal(
      hex('808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f'),
      hex('070000004041424344454647'),
      text,
      hex('50515253c0c1c2c3c4c5c6c7'),
    )
    expect(sealed.subarray(0, 8)).toEqual(hex('d31a8d34648e60db'))
    expect(sealed.subarray(-16)).toEqual(hex('1ae10b594f09e26a7e902ecbd0600691'))
  })

  it('opens what it sealed and nothing that differs in one bit', () => {
    fc.assert(
      fc.property(bytes(200), bytes(40), fc.nat(), (plaintext, associated, position) => {
        const sealed = aeadSeal(key, nonce, plaintext, associated)
        expect(sealed).toHaveLength(plaintext.length + 16)
        expect(aeadOpen(key, nonce, sealed, associated)).toEqual(plaintext)
        const at = position % sealed.length
        const altered = sealed.slice()
        altered[at] = (altered[at] ?? 0) ^ (1 << (position % 8))
        expect(aeadOpen(key, nonce, altered, associated)).toBeUndefined()
        expect(aeadOpen(key, nonce, sealed, Uint8Array.of(...associated, 0))).toBeUndefined()
      }),
    )
  })

  it('treats less than a tag as a failure, a wrong key or nonce length as misuse', () => {
    expect(aeadOpen(key, nonce, new Uint8Array(15))).toBeUndefined()
    expect(() => aeadSeal(filled(31, 0), nonce, key)).toThrowError(expect.objectContaining({ code: 'CRYPTO_LENGTH' }))
    expect(() => aeadOpen(key, filled(11, 0), key)).toThrowError(expect.objectContaining({ code: 'CRYPTO_LENGTH' }))
  })
})

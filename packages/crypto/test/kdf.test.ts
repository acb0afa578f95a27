import { toHex } from '@montana/foundation'
import { describe, expect, it } from 'vitest'
import { hkdfExpand, hkdfExtract, hmacSha256, pbkdf2Sha256 } from '../src/kdf.js'
import { hex, knownAnswers } from './known-answers.js'

describe('HMAC', () => {
  it.each(knownAnswers('kdf', 'hmac'))('$name', ({ input, expected }) => {
    expect(toHex(hmacSha256(hex(input.key ?? ''), hex(input.msg ?? '')))).toBe(expected)
  })
})

describe('PBKDF2', () => {
  it.each(knownAnswers('kdf', 'pbkdf2'))('$name', async ({ input, expected }) => {
    const { password = '', salt = '', iter, dkLen } = input
    expect(toHex(await pbkdf2Sha256(hex(password), hex(salt), iter ?? 0, dkLen ?? 0))).toBe(expected)
  })

  it('says CRYPTO_BACKEND for impossible arguments', async () => {
    await expect(async () => await pbkdf2Sha256(hex('00'), hex('00'), 0, 32)).rejects.toThrow()
  })
})

describe('HKDF', () => {
  it.each(knownAnswers('kdf', 'hkdf'))('$name', ({ input, expected }) => {
    expect(toHex(hkdfExpand(hex(input.prk ?? ''), hex(input.info ?? ''), input.L ?? 0))).toBe(expected)
  })

  it('extracts as in RFC 5869 A.1 and A.3 (empty salt)', () => {
    const ikm = hex('0b'.repeat(22))
    expect(toHex(hkdfExtract(hex('000102030405060708090a0b0c'), ikm))).toBe(
      '077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5',
    )
    expect(toHex(hkdfExtract(new Uint8Array(0), ikm))).toBe(
      '19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04',
    )
  })

  it('gives 1 to 8160 bytes and nothing else', () => {
    expect(hkdfExpand(hex('00'), hex(''), 8160)).toHaveLength(8160)
    for (const length of [0, -1, 8161, 1.5]) {
      expect(() => hkdfExpand(hex('00'), hex(''), length)).toThrowError(
        expect.objectContaining({ code: 'CRYPTO_LENGTH' }),
      )
    }
  })
})

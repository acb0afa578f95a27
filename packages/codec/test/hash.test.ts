import { createHash } from 'node:crypto'
import { toHex } from '@montana/foundation'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ascii, hashWithDomain, sha256 } from '../src/hash.js'

describe('hashing', () => {
  it('is SHA-256 of the parts one after the other', () => {
    expect(toHex(sha256(ascii('abc')))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 20 })), (parts) => {
        expect(toHex(sha256(...parts))).toBe(createHash('sha256').update(Buffer.concat(parts)).digest('hex'))
      }),
    )
  })

  it('puts one zero byte after the domain, with and without parts', () => {
    // known answers of spec protocol 1.2
    expect(toHex(hashWithDomain('mt-op'))).toBe('566e8f4a7dba1c742d75719afaf0937c75de14cf7a5ac20151a826e67810c5f2')
    expect(toHex(hashWithDomain('mt-app', ascii('-encryption-key')))).toBe(
      '6eb56d4242accedd4059f6a7825b229be9eb7ca4864eaac29cb3fd61451ee738',
    )
    expect(toHex(hashWithDomain('mt-app', ascii('montana')))).toBe(
      'a3ededc374700026f1f872bebf3ba0199103f4082ea609688f82e69e64fa8a82',
    )
  })
})

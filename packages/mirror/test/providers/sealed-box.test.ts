import { randomBytes } from 'node:crypto'
import sodium from 'libsodium-wrappers'
import { beforeAll, describe, expect, it } from 'vitest'
import { sealBox } from '../../src/providers/github/sealed-box.js'

/** What a sealed box adds: the public key of the sender and the tag. */
const OVERHEAD_BYTES = 48

describe('the sealed box', () => {
  beforeAll(() => sodium.ready)

  it.each([0, 1, 31, 32, 33, 1_000, 49_152])('is opened by libsodium: %i bytes', (length) => {
    const pair = sodium.crypto_box_keypair()
    const message = new Uint8Array(randomBytes(length))
    const sealed = sealBox(message, pair.publicKey)
    expect(sealed.length).toBe(length + OVERHEAD_BYTES)
    expect(sodium.crypto_box_seal_open(sealed, pair.publicKey, pair.privateKey)).toEqual(message)
  })

  it('never seals the same message into the same bytes', () => {
    const { publicKey } = sodium.crypto_box_keypair()
    const message = new TextEncoder().encode('the same')
    expect(sealBox(message, publicKey)).not.toEqual(sealBox(message, publicKey))
  })

  it('refuses a key of another length and one of low order', () => {
    expect(() => sealBox(new Uint8Array(1), new Uint8Array(31))).toThrow(RangeError)
    expect(() => sealBox(new Uint8Array(1), new Uint8Array(32))).toThrow()
  })
})

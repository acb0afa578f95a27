import { describe, expect, it } from 'vitest'
import { addressOfPublicKey, HOST_ADDRESS } from '../src/index.js'

/** The table of spec three-mirror 11.1. */
const VECTORS = [
  [
    Buffer.from('9051e8f4edb3e7eb04144ee65f6da0b09c464844ce2180d2e8080613802aea35', 'hex'),
    'mta46b633d258059b90db46adffc6c5ca08f0e8d6c',
  ],
  [Uint8Array.from({ length: 32 }, (_, i) => i), 'mt630dcd2966c4336691125448bbb25b4ff412a49c'],
  [Uint8Array.from({ length: 1952 }, (_, i) => i % 256), 'mt0a9594d4796731c68bae082ee8641342b7782bd5'],
  [new Uint8Array(1952), 'mt77917b9816677102d29f8d1da6bf584cfaea16ff'],
] as const

describe('the address of a host', () => {
  it.each(VECTORS)('vector %#', (key, address) => {
    expect(addressOfPublicKey(key)).toBe(address)
    expect(address).toMatch(HOST_ADDRESS)
  })

  it.each([
    [`MT${'a'.repeat(40)}`],
    [`mt${'a'.repeat(39)}`],
    [`mt${'a'.repeat(41)}`],
    [`mt${'A'.repeat(40)}`],
    [`mt${'g'.repeat(40)}`],
  ])('is not %s', (text) => expect(text).not.toMatch(HOST_ADDRESS))
})

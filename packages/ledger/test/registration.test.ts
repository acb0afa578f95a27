import { describe, expect, it } from 'vitest'
import {
  decodeNodeRegistration,
  registrationHash,
  registrationScope,
  registrationSortKey,
  requiredVdf,
  selectionSlots,
  selectionSortKey,
} from '../src/index.js'
import { control, hex, repeat } from './helpers.js'

const U64_MAX = 2n ** 64n - 1n
const { registration } = control(0xab)

describe('node registration', () => {
  it('has the layout of spec 12.3', () => {
    const { scope, bytes } = control(0xab, { wStart: 100n, vdfChainLength: 20_160n }).registration
    expect([bytes.length, scope.length]).toEqual([5344, 2035])
    expect([bytes[0], bytes[1], bytes[2], bytes[3], bytes[1954]]).toEqual([0x11, 1, 0, 0xab, 0xab])
    const view = new DataView(bytes.buffer)
    expect([view.getBigUint64(2019, true), view.getBigUint64(2027, true)]).toEqual([100n, 20_160n])
  })

  it('decodes to the fields that it was made of, over the whole u64 range and for any suite', () => {
    const fields = { suiteId: 0xffff, wStart: U64_MAX, vdfChainLength: U64_MAX - 1n }
    expect(control(3, fields).registration).toMatchObject({
      ...fields,
      nodePublicKey: repeat(3, 1952),
      operatorAccountId: repeat(3, 32),
      proofEndpoint: repeat(3, 32),
    })
  })

  it('owns its bytes', () => {
    const source = registration.bytes.slice()
    const decoded = decodeNodeRegistration(source)
    source.fill(0)
    expect(decoded.bytes).toEqual(registration.bytes)
    expect(decoded.scope).toEqual(registrationScope(registration))
  })

  it('refuses another length and another type', () => {
    const other = registration.bytes.slice()
    other[0] = 0x10
    const code = (code: string) => expect.objectContaining({ code })
    expect(() => decodeNodeRegistration(registration.scope)).toThrow(code('BadLength'))
    expect(() => decodeNodeRegistration(Uint8Array.of(...registration.bytes, 0))).toThrow(code('BadLength'))
    expect(() => decodeNodeRegistration(other)).toThrow(code('BadValue'))
  })

  it('is identified by its scope: a signature never enters the hash', () => {
    const resigned = registration.bytes.slice()
    resigned[5343] = 1
    expect(registrationHash(resigned)).toEqual(registrationHash(registration.scope))
    expect(registrationHash(control(0xac).registration.bytes)).not.toEqual(registrationHash(registration.bytes))
  })
})

describe('numbers and keys of admission', () => {
  it('the sort keys are the pinned ones', () => {
    const [value, aggregate] = [repeat(0x11, 32), repeat(0x22, 32)]
    expect(hex(selectionSortKey(value, aggregate, repeat(0x33, 32)))).toBe(
      '05f1da48cd21230d56a1c39b0fdf95d26d0f888f317a21ceab4a1bf320d287e6',
    )
    expect(hex(registrationSortKey(value, aggregate, repeat(0x33, 1952)))).toBe(
      '16d95f1d0f220f64a8448f1732ebb1adce639c93f48f53de6c5c7e0ad4b34e30',
    )
  })

  it('pressure begins above ten pending per thousand active and is exact beyond 2^53', () => {
    expect(requiredVdf(10, 1000, 20_160)).toBe(20_160n)
    expect(requiredVdf(11, 1000, 20_160)).toBe(22_176n)
    expect(requiredVdf(1, 3, 1)).toBe(33n)
    expect(requiredVdf(1, 4, 20_160)).toBe(504_000n)
    expect(requiredVdf(7, 0, 20_160)).toBe(20_160n)
    expect(requiredVdf(1, 1, Number.MAX_SAFE_INTEGER)).toBe(100n * (2n ** 53n - 1n))
  })

  it('one slot at least', () => {
    expect([0, 129, 130, 260, 100_000].map((active) => selectionSlots(active, 130))).toEqual([1, 1, 1, 2, 769])
  })
})

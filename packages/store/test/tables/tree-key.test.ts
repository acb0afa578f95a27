import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromTree, HIGHEST_KEY, heightOf, lastOf, leafOf, successor, toTree } from '../../src/tables/tree-key.js'
import { leafHash } from './support.js'

const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 })
const numberOf = (tree: Uint8Array) => BigInt(`0x${Buffer.from(tree).toString('hex')}`)

describe('tree keys', () => {
  it('order as the key read as a little-endian number', () => {
    const littleEndian = (key: Uint8Array) => key.reduce((sum, byte, i) => sum + (BigInt(byte) << BigInt(8 * i)), 0n)
    fc.assert(fc.property(bytes, (key) => void expect(numberOf(toTree(key))).toBe(littleEndian(key))))
    fc.assert(fc.property(bytes, (key) => void expect(fromTree(toTree(key))).toEqual(key)))
  })

  it('have successors, subtrees and heights as their numbers say', () => {
    fc.assert(
      fc.property(bytes, bytes, fc.nat(256), (a, b, depth) => {
        const below = 1n << BigInt(256 - depth)
        const lo = numberOf(a) - (numberOf(a) % below)
        const tree = new Uint8Array(Buffer.from(lo.toString(16).padStart(64, '0'), 'hex'))
        expect(numberOf(lastOf(tree, depth))).toBe(lo + below - 1n)
        expect(heightOf(a, b)).toBe((numberOf(a) ^ numberOf(b)).toString(2).replace(/^0$/, '').length)
        const next = successor(a)
        if (next) expect(numberOf(next)).toBe(numberOf(a) + 1n)
      }),
    )
    expect(successor(HIGHEST_KEY)).toBeUndefined()
  })
})

it('a leaf hash is the domain-separated hash of the record', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (record) => void expect(new Uint8Array(leafOf(record))).toEqual(leafHash(record))),
  )
})

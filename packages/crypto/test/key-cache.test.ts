import type { KeyObject } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { KeyCache } from '../src/key-cache.js'

function counting(capacity: number) {
  const loaded: number[] = []
  const cache = new KeyCache(capacity, (raw) => {
    loaded.push(raw[40] ?? -1)
    return { raw } as unknown as KeyObject
  })
  return { cache, loaded }
}

function key(first: number, later: number): Uint8Array {
  const raw = new Uint8Array(1952)
  raw[0] = first
  raw[40] = later
  return raw
}

describe('KeyCache', () => {
  it('imports once and forgets the least recently used', () => {
    const { cache, loaded } = counting(2)
    cache.get(key(1, 1))
    cache.get(key(2, 2))
    cache.get(key(1, 1))
    cache.get(key(3, 3))
    cache.get(key(1, 1))
    expect(loaded).toEqual([1, 2, 3])
    cache.get(key(2, 2))
    expect(loaded).toEqual([1, 2, 3, 2])
    expect(cache.size).toBe(2)
  })

  it('never answers with another key that begins the same', () => {
    const { cache, loaded } = counting(4)
    const first = cache.get(key(1, 1))
    expect(cache.get(key(1, 2))).not.toBe(first)
    expect(loaded).toEqual([1, 2])
  })
})

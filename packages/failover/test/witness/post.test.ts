import { describe, expect, it } from 'vitest'
import { encodePost, isSignedBy, type PostBody, signPost } from '../../src/index.js'
import { decodePostBody } from '../../src/witness/post.js'
import type { RawPost } from '../../src/witness/post-form.js'
import { PostReader } from '../../src/witness/post-reader.js'
import { bodyOf, claim, code, identityOf, keysOf, postOf } from './support.js'

const KEY = identityOf('spb').publicKey
const rawOf = (sequence: number, over: Partial<PostBody> = {}) => encodePost(postOf('spb', sequence, over))
const withBody = (raw: RawPost, change: object): RawPost => ({ ...raw, body: { ...raw.body, ...change } })

describe('a post', () => {
  it('carries epochs as decimal digits and comes back as it was', () => {
    const raw = JSON.parse(JSON.stringify(rawOf(1))) as RawPost
    expect(raw.body.policies).toMatchObject({ serve: { epoch: '524798' } })
    expect(isSignedBy(raw, [KEY])).toBe(true)
    expect(decodePostBody(raw)).toEqual(bodyOf('spb', 1))
  })

  it('does not depend on the order of its fields', () => {
    const raw = rawOf(1)
    const body = Object.fromEntries(Object.entries(raw.body).reverse()) as RawPost['body']
    expect(isSignedBy({ ...raw, body }, [KEY])).toBe(true)
  })

  it.each([
    { sequence: 2 },
    { host: 'moscow' },
    { group: 'other' },
    { bootId: 'b' },
    { visible: ['moscow'] },
    { more: 1 },
  ])('is not signed any more with %j changed', (change) => {
    expect(isSignedBy(withBody(rawOf(1), change), [KEY])).toBe(false)
  })

  it('is not signed by another key, nor by no key', () => {
    expect(isSignedBy(rawOf(1), [identityOf('moscow').publicKey])).toBe(false)
    expect(isSignedBy(rawOf(1), [])).toBe(false)
    expect(isSignedBy(rawOf(1), [identityOf('moscow').publicKey, KEY])).toBe(true)
  })

  it.each([
    ['a version to come', { version: 2 }],
    ['an unknown field', { extra: 1 }],
    ['65 visible hosts', { visible: Array.from({ length: 65 }, (_, n) => `h${n}`) }],
    ['33 policies', { policies: Object.fromEntries(Array.from({ length: 33 }, (_, n) => [`p${n}`, {}])) }],
    ['an epoch as a number', { policies: { serve: { ...claim, epoch: 8 } } }],
    ['an epoch of 65 bits', { policies: { serve: { ...claim, epoch: '18446744073709551616' } } }],
    ['a policy by the name of a prototype', JSON.parse('{"policies":{"__proto__":{}}}')],
  ])('is none with %s', (_, change: object) => {
    expect(() => decodePostBody(withBody(rawOf(1), change))).toThrow(code('FRAME_INVALID'))
  })
})

describe('a reader of posts', () => {
  it('gives the same post as often as it is shown', () => {
    const reader = new PostReader(keysOf)
    expect(reader.read(rawOf(3))).toEqual(bodyOf('spb', 3))
    expect(reader.read(rawOf(3))?.sequence).toBe(3)
    const raw = rawOf(4)
    expect(reader.read(raw)).toBe(reader.read(raw))
  })

  it('takes no older one, and no boot that was left', () => {
    const reader = new PostReader(keysOf)
    const next = { bootId: 'spb-boot-2' }
    expect(reader.read(rawOf(3))?.sequence).toBe(3)
    expect(reader.read(rawOf(2))).toBeUndefined()
    expect(reader.read(rawOf(1, next))?.sequence).toBe(1)
    expect(reader.read(rawOf(3))).toBeUndefined()
    expect(reader.read(rawOf(9))).toBeUndefined()
    expect(reader.read(rawOf(2, next))?.sequence).toBe(2)
  })

  it('does not take a forged one for the one before it', () => {
    const reader = new PostReader(keysOf)
    const raw = rawOf(3)
    reader.read(raw)
    const forged = withBody(raw, { visible: ['moscow'] })
    // The signature is known, but what it stands for is what was read.
    expect(reader.read(forged)).toEqual(bodyOf('spb', 3))
    expect(reader.read(withBody(raw, { sequence: 4 }))).toBeUndefined()
    expect(reader.read(rawOf(4))?.sequence).toBe(4)
  })

  it('is not moved on by a post that its host did not sign', () => {
    const reader = new PostReader(keysOf)
    const forged = encodePost(signPost(bodyOf('spb', 100), identityOf('stranger').privateKey))
    expect(reader.read(forged)).toBeUndefined()
    expect(reader.read(rawOf(1))?.sequence).toBe(1)
  })

  it('believes no key that does not count any more, although it has checked the post before', () => {
    let keys = [KEY]
    const reader = new PostReader(() => keys)
    const raw = rawOf(3)
    expect(reader.read(raw)?.sequence).toBe(3)
    keys = [identityOf('moscow').publicKey]
    expect(reader.read(raw)).toBeUndefined()
    keys = []
    expect(reader.read(raw)).toBeUndefined()
  })

  it('survives what is nested deeper than a stack', () => {
    let deep: unknown = 1
    for (let level = 0; level < 20_000; level += 1) deep = [deep]
    expect(new PostReader(keysOf).read(withBody(rawOf(1), { extra: deep }))).toBeUndefined()
  })
})

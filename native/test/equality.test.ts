import { getEventListeners } from 'node:events'
import { AbortError, concatBytes } from '@montana/foundation'
import type { HashBackend } from '@montana/native'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { tellFigure } from '../../test/support/figure.js'
import { backends, hashTimes, inTreeOrder, natives, reference } from './support.js'

const hash = fc.uint8Array({ minLength: 32, maxLength: 32 })
const runs = { numRuns: 60 }
const CASES = 10_000

/** One call of one function, which every backend must answer alike. */
const anyCall = fc.oneof(
  fc
    .tuple(fc.uint8Array({ maxLength: 600 }), fc.integer({ min: 1, max: 200 }))
    .map(([bytes, length]) => (backend: HashBackend) => {
      return backend.sha256Batch(bytes.subarray(0, bytes.length - (bytes.length % length)), length)
    }),
  fc.uint8Array({ maxLength: 600 }).map((record) => (backend: HashBackend) => backend.merkleLeaf(record)),
  fc.tuple(hash, hash).map(
    ([left, right]) =>
      (backend: HashBackend) =>
        backend.merkleNode(left, right),
  ),
  fc
    .tuple(hash, hash, fc.integer({ min: 0, max: 256 }), fc.integer({ min: 0, max: 256 }))
    .map(([key, leaf, a, b]) => (backend: HashBackend) => {
      return backend.merkleFold(key, leaf, Math.min(a, b), Math.max(a, b))
    }),
  fc.uniqueArray(hash, { maxLength: 5, selector: String }).map((keys) => (backend: HashBackend) => {
    const all = concatBytes(...inTreeOrder(keys))
    return backend.merkleSubtree(all, reference.sha256Batch(all, 32), 256)
  }),
)

describe.each(natives)('$name equals the reference', (backend) => {
  it('on chains and their checkpoints', async () => {
    const clock = fc.record({
      seed: hash,
      steps: fc.integer({ min: 1, max: 3000 }),
      parts: fc.integer({ min: 1, max: 70 }),
    })
    const property = fc.asyncProperty(clock, async ({ seed, steps, parts }) => {
      const checkpoints = Math.min(parts, steps)
      const { value, checkpoints: kept } = await backend.startClock({ seed, steps, checkpoints }).result
      expect(value).toEqual(hashTimes(seed, steps))
      for (let index = 1; index < checkpoints; index++) {
        const at = Math.floor((steps * index) / checkpoints)
        expect(kept.subarray((index - 1) * 32, index * 32)).toEqual(hashTimes(seed, at))
      }
    })
    await fc.assert(property, { numRuns: 20 })
  })

  it('on ten thousand random calls', { timeout: 120_000 }, () => {
    const calls = fc.sample(anyCall, { numRuns: CASES, seed: 20 })
    const differing = [...calls.keys()].filter((index) => {
      const call = calls[index] as (typeof calls)[number]
      return Buffer.compare(call(backend), call(reference)) !== 0
    })
    tellFigure('r20-differential', differing.length, 'hashes and trees; no signatures or key exchange')
    expect(differing).toEqual([])
  })

  it('on batches of every length around a block', () => {
    for (let length = 1; length <= 260; length++) {
      const items = Uint8Array.from({ length: length * 3 }, (_, i) => (i * 31 + length) & 255)
      expect(backend.sha256Batch(items, length)).toEqual(reference.sha256Batch(items, length))
    }
    expect(backend.sha256Batch(new Uint8Array(), 5)).toEqual(new Uint8Array())
  })

  it('on leaves of every length around a block', () => {
    for (const length of [...Array(200).keys(), 8191, 8192, 8193, 20_000]) {
      const record = new Uint8Array(length).fill(length)
      expect(backend.merkleLeaf(record)).toEqual(reference.merkleLeaf(record))
    }
  })

  it('on nodes, one by one and in a batch', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(hash, hash), { maxLength: 9 }), (pairs) => {
        const [lefts, rights] = [concatBytes(...pairs.map(([l]) => l)), concatBytes(...pairs.map(([, r]) => r))]
        const each = pairs.map(([left, right]) => backend.merkleNode(left, right))
        expect(backend.merkleNodes(lefts, rights)).toEqual(concatBytes(...each))
        expect(reference.merkleNodes(lefts, rights)).toEqual(concatBytes(...each))
      }),
      runs,
    )
  })

  it('on folds between any two levels', () => {
    const level = fc.integer({ min: 0, max: 256 })
    fc.assert(
      fc.property(hash, hash, level, level, (key, leaf, a, b) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)]
        expect(backend.merkleFold(key, leaf, from, to)).toEqual(reference.merkleFold(key, leaf, from, to))
      }),
      runs,
    )
  })

  it('on subtrees of any height', () => {
    const shape = fc.record({
      keys: fc.uniqueArray(hash, { maxLength: 30, selector: String }),
      height: fc.integer({ min: 0, max: 256 }),
    })
    fc.assert(
      fc.property(shape, hash, ({ keys, height }, path) => {
        const inside = inTreeOrder(keys.map((key) => below(key, path, height)))
        const distinct = inside.filter((key, i) => i === 0 || Buffer.compare(key, inside[i - 1] as Uint8Array) !== 0)
        const leaves = reference.sha256Batch(concatBytes(...distinct), 32)
        const all = concatBytes(...distinct)
        expect(backend.merkleSubtree(all, leaves, height)).toEqual(reference.merkleSubtree(all, leaves, height))
      }),
      runs,
    )
  })

  it('on records of one subtree, hashed by a job with any number of threads', async () => {
    for (const [count, height, recordBytes] of [
      [0, 256, 5],
      [0, 7, 1],
      [1, 232, 2059],
      [3, 0, 9],
      [200, 256, 63],
      [130, 250, 2098],
    ] as const) {
      const path = hashTimes(Uint8Array.of(count), 1)
      const all = Array.from({ length: count }, (_, i) =>
        below(hashTimes(Uint8Array.of(i & 255, i >> 8), 1), path, height),
      )
      const keys = height === 0 ? all.slice(0, 1) : inTreeOrder(all)
      const records = concatBytes(...keys.map((key, i) => filledFrom(key, recordBytes, i)))
      const want = await reference.hashSubtree(concatBytes(...keys), records, recordBytes, height)
      for (const threads of [1, 2, 7]) {
        expect(await backend.hashSubtree(concatBytes(...keys), records, recordBytes, height, { threads })).toEqual(want)
      }
      const leaves = concatBytes(...keys.map((key, i) => backend.merkleLeaf(filledFrom(key, recordBytes, i))))
      expect(want).toEqual({ root: backend.merkleSubtree(concatBytes(...keys), leaves, height), leaves })
    }
  })

  it('on a tree large enough for threads', () => {
    const keys = inTreeOrder(Array.from({ length: 700 }, (_, i) => hashTimes(Uint8Array.of(i & 255, i >> 8), 1)))
    const all = concatBytes(...keys)
    const leaves = reference.sha256Batch(all, 32)
    expect(backend.merkleSubtree(all, leaves, 256)).toEqual(reference.merkleSubtree(all, leaves, 256))
  })
})

describe('published answers', () => {
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

  it.each(backends)('empty trees, with $name', (backend) => {
    const none = new Uint8Array()
    expect(hex(backend.merkleSubtree(none, none, 128))).toBe(
      '1b16a1c4eb2ed66902595a6d2ec642a05bed9db4897f5d910092b1a899a8a8b3',
    )
    expect(hex(backend.merkleSubtree(none, none, 256))).toBe(
      '87dd145ec5630decdf8fc800583c51cce9dbe8438a1fa0b7e61eb679b4b4638f',
    )
  })

  it.each(backends)('two leaves, with $name', (backend) => {
    const keys = concatBytes(new Uint8Array(32).fill(0xab), new Uint8Array(32).fill(0xcd))
    const leaves = concatBytes(backend.merkleLeaf(Buffer.from('x')), backend.merkleLeaf(Buffer.from('y')))
    expect(hex(backend.merkleSubtree(keys, leaves, 256))).toBe(
      '823d3d193e3f5d39cee4c353b953f2a64617ae112e79e9cfa56da1cc79f5399a',
    )
  })
})

describe.each(backends)('$name, hashing the records of a subtree,', (backend) => {
  const keys = inTreeOrder(Array.from({ length: 400 }, (_, i) => hashTimes(Uint8Array.of(i & 255, i >> 8), 1)))
  const all = concatBytes(...keys)
  const records = new Uint8Array(400 * 64)

  it('ends with AbortError, at once or in the middle, and leaves no listener', async () => {
    const aborted = AbortSignal.abort()
    await expect(backend.hashSubtree(all, records, 64, 256, { signal: aborted })).rejects.toThrow(AbortError)
    const controller = new AbortController()
    const running = backend.hashSubtree(all, records, 64, 256, { signal: controller.signal })
    controller.abort()
    // The native job may have ended before the abort reached it.
    await running.catch((error: unknown) => expect(error).toBeInstanceOf(AbortError))
    expect(getEventListeners(controller.signal, 'abort')).toEqual([])
  })

  it('refuses lengths, levels and an order that are wrong before any work', async () => {
    const swapped = concatBytes(all.subarray(32, 64), all.subarray(0, 32))
    const refused: [code: string, args: Parameters<HashBackend['hashSubtree']>][] = [
      ['NATIVE_BAD_LENGTH', [all.subarray(1), records, 64, 256]],
      ['NATIVE_BAD_LENGTH', [all, records.subarray(1), 64, 256]],
      ['NATIVE_BAD_LENGTH', [all, records, 0, 256]],
      ['NATIVE_BAD_LEVEL', [all, records, 64, 257]],
      ['NATIVE_BAD_ORDER', [swapped, new Uint8Array(2), 1, 256]],
      ['NATIVE_BAD_ORDER', [all, records, 64, 100]],
      ['NATIVE_BAD_THREADS', [all, records, 64, 256, { threads: 0 }]],
    ]
    for (const [code, args] of refused) {
      await expect(backend.hashSubtree(...args)).rejects.toMatchObject({
        code,
      })
    }
  })
})

function filledFrom(key: Uint8Array, length: number, fill: number): Uint8Array {
  const record = new Uint8Array(length).fill(fill)
  record.set(key.subarray(0, length))
  return record
}

/** `key` with the bits at and above `height` taken from `path`. */
function below(key: Uint8Array, path: Uint8Array, height: number): Uint8Array {
  return key.map((byte, i) => {
    const own = Math.max(0, Math.min(8, height - 8 * i))
    const mask = (1 << own) - 1
    return (byte & mask) | ((path[i] as number) & ~mask & 255)
  })
}

import { createRequire } from 'node:module'
import { MontanaError } from '@montana/foundation'
import { beforeAll, describe, expect, it } from 'vitest'
import type { AddonEngine } from '../ts/native-engine.js'
import { addonPath, backends, SEED } from './support.js'

const hashes = (count: number) => new Uint8Array(32 * count)
const noop = () => {}

/** Without the checks in TypeScript: the addon must defend itself. */
function rawEngine(path: string): AddonEngine {
  const addon = createRequire(import.meta.url)(path)
  return new addon.Engine(false)
}

const code = (expected: string) => expect.objectContaining({ code: expected })

describe.each(backends)('misuse of $name', (backend) => {
  const start = (change: object) => () => backend.startClock({ seed: SEED, steps: 10, ...change })

  it('of the clock throws at once', () => {
    for (const length of [0, 31, 33]) expect(start({ seed: new Uint8Array(length) })).toThrow(code('NATIVE_BAD_LENGTH'))
    for (const steps of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 32])
      expect(start({ steps })).toThrow(code('NATIVE_BAD_STEPS'))
    for (const checkpoints of [0, 11, 2.5]) expect(start({ checkpoints })).toThrow(code('NATIVE_BAD_CHECKPOINTS'))
    expect(start({ steps: 1e6, checkpoints: 65_536 })).toThrow(code('NATIVE_BAD_CHECKPOINTS'))
    expect(start({ seed: new Uint8Array(1) })).toThrow(MontanaError)
  })

  it('of the verifier rejects', async () => {
    const right = { starts: hashes(2), ends: hashes(2), steps: [1, 2] }
    const cases: [object, string][] = [
      [{ starts: hashes(1) }, 'NATIVE_BAD_LENGTH'],
      [{ ends: hashes(3) }, 'NATIVE_BAD_LENGTH'],
      [{ steps: [1, 0] }, 'NATIVE_BAD_STEPS'],
      [{ steps: [1, 2 ** 32] }, 'NATIVE_BAD_STEPS'],
      [{ threads: 0 }, 'NATIVE_BAD_THREADS'],
      [{ threads: 257 }, 'NATIVE_BAD_THREADS'],
      [{ lanes: 3 }, 'NATIVE_BAD_LANES'],
    ]
    for (const [change, expected] of cases)
      await expect(backend.verifySegments({ ...right, ...change })).rejects.toEqual(code(expected))
  })

  it('of hashing throws', () => {
    const key = hashes(1)
    const high = hashes(1).fill(1)
    const cases: [() => void, string][] = [
      [() => backend.sha256Batch(new Uint8Array(5), 2), 'NATIVE_BAD_LENGTH'],
      [() => backend.sha256Batch(new Uint8Array(5), 0), 'NATIVE_BAD_LENGTH'],
      [() => backend.merkleNode(new Uint8Array(31), key), 'NATIVE_BAD_LENGTH'],
      [() => backend.merkleNodes(hashes(2), key), 'NATIVE_BAD_LENGTH'],
      [() => backend.merkleFold(new Uint8Array(33), key, 0, 1), 'NATIVE_BAD_LENGTH'],
      [() => backend.merkleFold(key, key, 2, 1), 'NATIVE_BAD_LEVEL'],
      [() => backend.merkleFold(key, key, 0, 257), 'NATIVE_BAD_LEVEL'],
      [() => backend.merkleSubtree(hashes(2), hashes(2), 256), 'NATIVE_BAD_ORDER'],
      [() => backend.merkleSubtree(new Uint8Array([...high, ...key]), hashes(2), 256), 'NATIVE_BAD_ORDER'],
      [() => backend.merkleSubtree(new Uint8Array([...key, ...high]), hashes(2), 8), 'NATIVE_BAD_ORDER'],
      [() => backend.merkleSubtree(new Uint8Array([...key, ...high]), hashes(2), -1), 'NATIVE_BAD_LEVEL'],
      [() => backend.merkleSubtree(hashes(1), hashes(2), 256), 'NATIVE_BAD_LENGTH'],
    ]
    for (const [call, expected] of cases) expect(call, expected).toThrow(code(expected))
  })
})

describe.skipIf(!addonPath)('the addon itself', () => {
  let engine: AddonEngine
  beforeAll(() => {
    engine = rawEngine(addonPath ?? '')
  })

  it('checks before any work', () => {
    const one = Float64Array.of(1)
    const cases: [() => void, string][] = [
      [() => engine.startClock(new Uint8Array(31), 1, 1, 0, noop), 'NATIVE_BAD_LENGTH'],
      [() => engine.startClock(SEED, 2 ** 32, 1, 0, noop), 'NATIVE_BAD_STEPS'],
      [() => engine.startClock(SEED, Number.NaN, 1, 0, noop), 'NATIVE_BAD_STEPS'],
      [() => engine.startClock(SEED, 1, 2, 0, noop), 'NATIVE_BAD_CHECKPOINTS'],
      [() => engine.startVerify(SEED, hashes(2), one, 1, 0, noop), 'NATIVE_BAD_LENGTH'],
      [() => engine.startVerify(SEED, SEED, Float64Array.of(0), 1, 0, noop), 'NATIVE_BAD_STEPS'],
      [() => engine.startVerify(SEED, SEED, one, 0, 0, noop), 'NATIVE_BAD_THREADS'],
      [() => engine.startVerify(SEED, SEED, one, 1, 3, noop), 'NATIVE_BAD_LANES'],
      [() => engine.startAdvance(SEED, Float64Array.of(1, 1), 1, 0, noop), 'NATIVE_BAD_LENGTH'],
      [() => engine.startAdvance(SEED, Float64Array.of(0), 1, 0, noop), 'NATIVE_BAD_STEPS'],
      [() => engine.startAdvance(SEED, one, 0, 0, noop), 'NATIVE_BAD_THREADS'],
      [() => engine.startAdvance(SEED, one, 1, 3, noop), 'NATIVE_BAD_LANES'],
      [() => engine.sha256Batch(SEED, 5), 'NATIVE_BAD_LENGTH'],
      [() => engine.sha256Batch(SEED, 0), 'NATIVE_BAD_LENGTH'],
      [() => engine.merkleNodes(SEED, hashes(2)), 'NATIVE_BAD_LENGTH'],
      [() => engine.merkleFoldIn(hashes(3), 5, 4), 'NATIVE_BAD_LEVEL'],
      [() => engine.merkleFoldIn(hashes(2), 0, 4), 'NATIVE_BAD_LENGTH'],
      [() => engine.merkleNodeIn(new Uint8Array(97)), 'NATIVE_BAD_LENGTH'],
      [() => engine.merkleLeafIn(hashes(2), 33), 'NATIVE_BAD_LENGTH'],
      [() => engine.merkleLeafIn(hashes(2), 2 ** 32 - 1), 'NATIVE_BAD_LENGTH'],
      [() => engine.merkleSubtree(hashes(2), hashes(2), 256, 1), 'NATIVE_BAD_ORDER'],
      [() => engine.merkleSubtree(new Uint8Array(33), hashes(1), 256, 1), 'NATIVE_BAD_LENGTH'],
    ]
    for (const [call, expected] of cases) expect(call, expected).toThrow(code(expected))
  })

  it('throws instead of crashing on values of the wrong type', () => {
    const anything = engine as unknown as Record<string, (...values: unknown[]) => unknown>
    expect(() => anything.startClock?.('seed', 1, 1, 0, noop)).toThrow()
    expect(() => anything.startClock?.(SEED, 1n, 1, 0, noop)).toThrow()
    expect(() => anything.startClock?.(SEED, 1, 1, 0, null)).toThrow()
    expect(() => anything.merkleLeaf?.()).toThrow()
    expect(() => anything.startClock?.call({}, SEED, 1, 1, 0, noop)).toThrow()
  })
})

import { pbkdf2 } from 'node:crypto'
import { promisify } from 'node:util'
import { AbortError, sleep } from '@montana/foundation'
import { describe, expect, it } from 'vitest'
import { tellFigure } from '../../test/support/figure.js'
import { backends, hashTimes, MAX_STEPS, median, natives, reference, SEED } from './support.js'

async function cancelMs(backend: typeof reference): Promise<number> {
  const run = backend.startClock({ seed: SEED, steps: MAX_STEPS })
  await sleep(60)
  const begin = performance.now()
  run.cancel()
  await expect(run.result).rejects.toBeInstanceOf(AbortError)
  return performance.now() - begin
}

async function repeat<T>(times: number, work: () => Promise<T>): Promise<T[]> {
  const results: T[] = []
  for (let i = 0; i < times; i++) results.push(await work())
  return results
}

describe.each(natives)('$name', (backend) => {
  it('has stopped within 5 ms of a cancel', async () => {
    const tookMs = median(await repeat(7, () => cancelMs(backend)))
    tellFigure('clock-cancel', tookMs)
    expect(tookMs).toBeLessThan(5)
  })
})

it('the reference has stopped within 20 ms of a cancel', async () => {
  expect(median(await repeat(5, () => cancelMs(reference)))).toBeLessThan(20)
})

describe.each(backends)('the clock of $name', (backend) => {
  it('reports progress that ascends', async () => {
    const seen: number[] = []
    const controller = new AbortController()
    const onProgress = (done: number) => {
      seen.push(done)
      if (seen.length === 3) controller.abort()
    }
    const run = backend.startClock({ seed: SEED, steps: MAX_STEPS, onProgress, signal: controller.signal })
    await expect(run.result).rejects.toBeInstanceOf(AbortError)
    expect(seen).toEqual([...seen].sort((a, b) => a - b))
    expect(seen[0]).toBeGreaterThan(0)
  })

  it('hands out each checkpoint as soon as it has it', async () => {
    const seen: [number, Uint8Array][] = []
    const onCheckpoint = (index: number, value: Uint8Array) => seen.push([index, value])
    await backend.startClock({ seed: SEED, steps: 100, checkpoints: 4, onCheckpoint }).result
    expect(seen).toEqual([25, 50, 75].map((steps, i) => [i + 1, hashTimes(SEED, steps)]))
  })

  it('fails with what a callback throws, and stops', async () => {
    const onCheckpoint = () => {
      throw new RangeError('mine')
    }
    const run = backend.startClock({ seed: SEED, steps: 2000, checkpoints: 2, onCheckpoint })
    await expect(run.result).rejects.toThrow('mine')
  })

  it('does not start for a signal that has fired', async () => {
    const run = backend.startClock({ seed: SEED, steps: MAX_STEPS, signal: AbortSignal.abort() })
    await expect(run.result).rejects.toBeInstanceOf(AbortError)
  })

  it('is unharmed by a cancel after the end', async () => {
    const run = backend.startClock({ seed: SEED, steps: 3 })
    const { value, steps } = await run.result
    run.cancel()
    expect([value, steps]).toEqual([hashTimes(SEED, 3), 3])
  })

  it('does not mind its seed being overwritten', async () => {
    const seed = SEED.slice()
    const run = backend.startClock({ seed, steps: 5000 })
    seed.fill(0)
    expect((await run.result).value).toEqual(hashTimes(SEED, 5000))
  })

  it('leaves the event loop and the libuv pool to others', async () => {
    // More clocks than the pool has threads: if they ran there, the key derivation would never begin.
    const clocks = Array.from({ length: 6 }, () => backend.startClock({ seed: SEED, steps: MAX_STEPS }))
    await promisify(pbkdf2)('password', 'salt', 1, 32, 'sha256')
    await sleep(10)
    for (const clock of clocks) clock.cancel()
    for (const { result } of clocks) await expect(result).rejects.toBeInstanceOf(AbortError)
  })
})

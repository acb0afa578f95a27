import { AbortError, concatBytes, sleep } from '@montana/foundation'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { backends, hashTimes, MAX_STEPS, SEED } from './support.js'

function segments(steps: readonly number[], wrong: ReadonlySet<number>) {
  const starts = steps.map((_, i) => hashTimes(Uint8Array.of(i), 1))
  const ends = starts.map((start, i) => hashTimes(start, (steps[i] as number) + (wrong.has(i) ? 1 : 0)))
  return { starts: concatBytes(...starts), ends: concatBytes(...ends), steps }
}

describe.each(backends)('verification with $name', (backend) => {
  it('finds exactly the wrong segments, whatever the lanes and threads', async () => {
    const lanes = fc.constantFrom(undefined, ...backend.lanes)
    const work = fc.record({
      steps: fc.array(fc.integer({ min: 1, max: 400 }), { maxLength: 40 }),
      threads: fc.integer({ min: 1, max: 5 }),
      lanes,
    })
    const property = fc.asyncProperty(
      work,
      fc.integer({ min: 2, max: 9 }),
      async ({ steps, threads, lanes }, every) => {
        const wrong = new Set([...steps.keys()].filter((i) => i % every === 1))
        const init = { ...segments(steps, wrong), threads, ...(lanes && { lanes }) }
        expect(await backend.verifySegments(init)).toEqual(steps.map((_, i) => !wrong.has(i)))
      },
    )
    await fc.assert(property, { numRuns: backend.name === 'typescript' ? 6 : 60 })
  })

  it('accepts the lane counts every backend knows', async () => {
    for (const lanes of [1, 2, 4] as const)
      expect(await backend.verifySegments({ ...segments([3], new Set()), lanes })).toEqual([true])
  })

  it('stops when asked and leaves no listener', async () => {
    const controller = new AbortController()
    const endless = { starts: concatBytes(SEED, SEED), ends: concatBytes(SEED, SEED), steps: [MAX_STEPS, MAX_STEPS] }
    const checking = backend.verifySegments({ ...endless, signal: controller.signal })
    await sleep(60)
    const begin = performance.now()
    controller.abort()
    await expect(checking).rejects.toBeInstanceOf(AbortError)
    expect(performance.now() - begin).toBeLessThan(200)
  })
})

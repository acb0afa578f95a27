import { AbortError, concatBytes, sleep } from '@montana/foundation'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { backends, hashTimes, MAX_STEPS, SEED } from './support.js'

describe.each(backends)('many chains with $name', (backend) => {
  it('each arrive where a plain loop does, whatever the lanes and threads', async () => {
    const work = fc.record({
      steps: fc.array(fc.integer({ min: 1, max: 400 }), { maxLength: 40 }),
      threads: fc.integer({ min: 1, max: 5 }),
      lanes: fc.constantFrom(undefined, ...backend.lanes),
    })
    const property = fc.asyncProperty(work, async ({ steps, threads, lanes }) => {
      const starts = steps.map((_, i) => hashTimes(Uint8Array.of(i), 1))
      const ends = concatBytes(...starts.map((start, i) => hashTimes(start, steps[i] ?? 0)))
      const init = { starts: concatBytes(...starts), steps, threads, ...(lanes && { lanes }) }
      expect(await backend.advanceChains(init)).toEqual(ends)
    })
    await fc.assert(property, { numRuns: backend.name === 'typescript' ? 6 : 60 })
  })

  it('stop when asked', async () => {
    const controller = new AbortController()
    const running = backend.advanceChains({ starts: SEED, steps: [MAX_STEPS], signal: controller.signal })
    await sleep(60)
    const begin = performance.now()
    controller.abort()
    await expect(running).rejects.toBeInstanceOf(AbortError)
    expect(performance.now() - begin).toBeLessThan(200)
  })

  it('are refused before any work', async () => {
    const code = (expected: string) => expect.objectContaining({ code: expected })
    const right = { starts: SEED, steps: [1] }
    await expect(backend.advanceChains({ ...right, starts: SEED.subarray(1) })).rejects.toEqual(
      code('NATIVE_BAD_LENGTH'),
    )
    await expect(backend.advanceChains({ ...right, steps: [0] })).rejects.toEqual(code('NATIVE_BAD_STEPS'))
    await expect(backend.advanceChains({ ...right, threads: 0 })).rejects.toEqual(code('NATIVE_BAD_THREADS'))
  })
})

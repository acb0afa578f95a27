import { AbortError, concatBytes, sleep } from '@montana/foundation'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { tellFigure } from '../../test/support/figure.js'
import { backends, hashTimes, MAX_STEPS, natives, SEED } from './support.js'

const CHAINS = 1_000
const CHECKPOINTS = 16
const SEGMENT_STEPS = 12

/** The checkpoints of a chain in which the value after step `wrongStep` (from 0) has one bit changed. */
function tampered(seed: Uint8Array, wrongStep: number): { starts: Uint8Array; ends: Uint8Array; steps: number[] } {
  const points = [seed]
  let value = seed
  for (let step = 0; step < CHECKPOINTS * SEGMENT_STEPS; step++) {
    value = hashTimes(value, 1)
    if (step === wrongStep) value[step % value.length] = (value[step % value.length] ?? 0) ^ 1
    if ((step + 1) % SEGMENT_STEPS === 0) points.push(value.slice())
  }
  const steps = Array.from({ length: CHECKPOINTS }, () => SEGMENT_STEPS)
  return { starts: concatBytes(...points.slice(0, -1)), ends: concatBytes(...points.slice(1)), steps }
}

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

it.runIf(natives.length > 0)('native verification finds the one wrong step of each of a thousand chains', async () => {
  let passed = 0
  for (let chain = 0; chain < CHAINS; chain++) {
    const seed = hashTimes(Uint8Array.of(chain & 255, chain >> 8), 1)
    const wrongStep = Buffer.from(seed).readUInt16LE() % (CHECKPOINTS * SEGMENT_STEPS)
    const segments = tampered(seed, wrongStep)
    for (const backend of natives) {
      const verdicts = await backend.verifySegments(segments)
      const refused = [...verdicts.keys()].filter((segment) => !verdicts[segment])
      if (refused.length === 0) passed++
      else expect(refused, `chain ${chain}`).toEqual([Math.floor(wrongStep / SEGMENT_STEPS)])
    }
  }
  tellFigure('r22-tamper', passed)
  expect(passed).toBe(0)
})

import { AbortError, seededRandom, sleep, systemTime, type TimeSource } from '@montana/foundation'
import { loadBackend } from '@montana/native'
import { describe, expect, it, vi } from 'vitest'
import {
  createProofVerifier,
  createTimechain,
  GENESIS_T_R,
  type ProofClaim,
  type ProofProgress,
  timechainClaim,
} from '../src/index.js'
import { backends, counting, hashTimes, trueClaim } from './proof-support.js'

const { backend: fastest } = loadBackend()
/** For what must happen, on a machine busy with other things. */
const PATIENCE_MS = 10_000
const START = new Uint8Array(32).fill(3)
const claim = trueClaim(START, 5003, 16)

/** Value `index` (0 … k−2; k−1 is the end) replaced by what one step more would give. */
function oneStepWrong({ start, end, steps, values }: ProofClaim, index: number): ProofClaim {
  const forged = values.slice()
  const k = values.length / 32 + 1
  if (index === k - 1) return { start, end: hashTimes(end, 1), steps, values }
  forged.set(hashTimes(values.subarray(32 * index, 32 * index + 32), 1), 32 * index)
  return { start, end, steps, values: forged }
}

describe.each(backends)('verification of a claim with $name', (backend) => {
  it('accepts the truth, by every thread count', async () => {
    for (const threads of [1, 3]) {
      const verdict = await createProofVerifier({ backend, threads }).verify(claim)
      expect(verdict).toMatchObject({ isValid: true, segmentsChecked: 16, steps: 5003, source: 'computed' })
      expect(verdict.failingSegment).toBeUndefined()
    }
  })

  it('finds a value that is one step wrong, wherever it is, with evidence', async () => {
    const random = seededRandom(42)
    const places = [0, 15, ...Array.from({ length: 4 }, () => Math.floor(random.next() * 16))]
    const verifier = createProofVerifier({ backend })
    for (const place of places) {
      const forged = oneStepWrong(claim, place)
      const verdict = await verifier.verify(forged)
      expect(verdict).toMatchObject({ isValid: false, failingSegment: place })
      const { evidence } = verdict
      expect(evidence?.claim).toBe(forged)
      const truth = place === 15 ? claim.end : claim.values.subarray(32 * place, 32 * place + 32)
      expect(evidence?.arrived).toEqual(truth)
    }
  })

  it('accepts what the clock grinds', async () => {
    const timechain = createTimechain({ backend, time: systemTime })
    const { value, checkpoints } = await timechain.grind({ window: 1, previous: GENESIS_T_R, d: 4099 })
    const ground = timechainClaim({ d: 4099, values: checkpoints }, GENESIS_T_R, value)
    if (!ground) throw new Error('no claim')
    expect(await createProofVerifier({ backend }).verify(ground)).toMatchObject({ isValid: true, segmentsChecked: 64 })
  })
})

describe('a sample', () => {
  it('finds one wrong segment of 16 by four in a quarter of the cases', async () => {
    const random = seededRandom(1)
    const forged = oneStepWrong(claim, 15)
    let found = 0
    for (let round = 0; round < 120; round++) {
      const verifier = createProofVerifier({ backend: fastest, random, threads: 1 })
      const verdict = await verifier.verify(forged, { policy: { kind: 'sample', segments: 4 } })
      expect(verdict.segmentsChecked).toBe(4)
      expect(verdict.steps).toBeLessThan(5003 / 3)
      if (!verdict.isValid) found += 1
    }
    // A quarter of 120 is 30, four standard deviations are 19.
    expect(found).toBeGreaterThan(11)
    expect(found).toBeLessThan(49)
  })

  it('of as many segments as there are is a full check', async () => {
    const verifier = createProofVerifier({ backend: fastest })
    const policy = { kind: 'sample', segments: 99 } as const
    expect(await verifier.verify(claim, { policy })).toMatchObject({ isValid: true, segmentsChecked: 16 })
    expect(verifier.isProven(claim)).toBe(true)
  })

  it('never proves the value', async () => {
    const verifier = createProofVerifier({ backend: fastest })
    await verifier.verify(claim, { policy: { kind: 'sample', segments: 15 } })
    expect(verifier.isProven(claim)).toBe(false)
  })
})

describe('what was verified', () => {
  it('is not hashed again, for this claim or another of the same value', async () => {
    const backend = counting(fastest)
    const verifier = createProofVerifier({ backend })
    await verifier.verify(claim)
    expect(await verifier.verify({ ...claim })).toMatchObject({ isValid: true, source: 'claim' })
    const coarser = trueClaim(START, 5003, 8)
    expect(await verifier.verify(coarser)).toMatchObject({ isValid: true, segmentsChecked: 0, source: 'value' })
    expect(backend.steps).toBe(5003)
  })

  it('by sample answers for no larger one', async () => {
    const backend = counting(fastest)
    const verifier = createProofVerifier({ backend })
    const sample = (segments: number) => verifier.verify(claim, { policy: { kind: 'sample', segments } })
    await sample(4)
    expect(await sample(3)).toMatchObject({ source: 'claim', segmentsChecked: 4 })
    expect(await sample(5)).toMatchObject({ source: 'computed', segmentsChecked: 5 })
    expect(await verifier.verify(claim)).toMatchObject({ source: 'computed', segmentsChecked: 16 })
  })

  it('as false stays false, and does not stain a true claim of the same value', async () => {
    const verifier = createProofVerifier({ backend: fastest })
    const forged = oneStepWrong(claim, 5)
    await verifier.verify(forged)
    const again = await verifier.verify(forged, { policy: { kind: 'sample', segments: 1 } })
    expect(again).toMatchObject({ isValid: false, failingSegment: 5, source: 'claim' })
    expect(again.evidence?.claim).toBe(forged)
    expect(await verifier.verify(claim)).toMatchObject({ isValid: true, source: 'computed' })
  })

  it('is forgotten beyond the bound, the oldest first', async () => {
    const backend = counting(fastest)
    const verifier = createProofVerifier({ backend, cacheEntries: 2 })
    const claims = [100, 101, 102].map((steps) => trueClaim(START, steps, 8))
    for (const each of claims) await verifier.verify(each)
    const [first, , last] = claims
    expect([first, last].map((each) => each && verifier.isProven(each))).toEqual([false, true])
    if (first) expect(await verifier.verify(first)).toMatchObject({ source: 'computed' })
  })

  it('by the own clock counts too', async () => {
    const backend = counting(fastest)
    const verifier = createProofVerifier({ backend })
    verifier.remember({ start: claim.start, end: claim.end, steps: claim.steps })
    expect(await verifier.verify(claim)).toMatchObject({ isValid: true, source: 'value' })
    expect(backend.steps).toBe(0)
  })
})

/** Long enough to be joined and ended midway; false, which nobody finds out before the end. */
const long: ProofClaim = { start: START, end: START, steps: 2 ** 40, values: new Uint8Array(32 * 7) }

describe('at the same time', () => {
  it('identical questions share one computation', async () => {
    const backend = counting(fastest)
    const verifier = createProofVerifier({ backend })
    const answers = await Promise.all([1, 2, 3].map(() => verifier.verify({ ...claim })))
    expect(answers.every(({ isValid }) => isValid)).toBe(true)
    expect(backend.steps).toBe(5003)
  })

  it('one that leaves does not end it for the other; the last one does', async () => {
    const backend = counting(fastest)
    const verifier = createProofVerifier({ backend, threads: 1 })
    const [first, second] = [new AbortController(), new AbortController()]
    const early = verifier.verify(long, { signal: first.signal })
    const late = verifier.verify(long, { signal: second.signal })
    await sleep(30)
    first.abort()
    await expect(early).rejects.toBeInstanceOf(AbortError)
    const before = backend.calls.length
    await vi.waitFor(() => expect(backend.calls.length).toBeGreaterThan(before + 1), { timeout: PATIENCE_MS })
    second.abort()
    await expect(late).rejects.toBeInstanceOf(AbortError)
    await sleep(30)
    const after = backend.calls.length
    await sleep(200)
    expect(backend.calls.length).toBe(after)
  })

  it('a new question after the last has left begins anew', async () => {
    const verifier = createProofVerifier({ backend: fastest, threads: 1 })
    const controller = new AbortController()
    const left = verifier.verify(long, { signal: controller.signal })
    controller.abort()
    const fresh = new AbortController()
    const joined = verifier.verify(long, { signal: fresh.signal })
    await expect(left).rejects.toBeInstanceOf(AbortError)
    await sleep(50)
    fresh.abort()
    await expect(joined).rejects.toBeInstanceOf(AbortError)
  })

  it('an aborted signal hashes nothing', async () => {
    const backend = counting(fastest)
    const verifying = createProofVerifier({ backend }).verify(long, { signal: AbortSignal.abort() })
    await expect(verifying).rejects.toBeInstanceOf(AbortError)
    expect(backend.steps).toBe(0)
  })
})

describe('the budget', () => {
  /** A clock on which every look costs 40 ms: each slice seems to take that long. */
  function costly(): TimeSource & { now: number } {
    const clock = { now: 0, wallMs: () => 0, monotonicMs: () => (clock.now += 40) }
    return clock
  }

  it('leaves the own clock a core, unless it is idle', async () => {
    const { availableParallelism } = await import('node:os')
    const cores = availableParallelism()
    const backend = counting(fastest)
    let isIdle = false
    const verifier = createProofVerifier({ backend, isClockIdle: () => isIdle })
    await verifier.verify(claim)
    expect(new Set(backend.calls)).toEqual(new Set([Math.max(1, cores - 1)]))
    isIdle = true
    backend.calls.length = 0
    await verifier.verify(trueClaim(START, 4000, 8))
    expect(new Set(backend.calls)).toEqual(new Set([cores]))
  })

  it('keeps a background audit to its share of the time', async () => {
    const verifier = createProofVerifier({ backend: fastest, time: costly(), threads: 1 })
    const begin = performance.now()
    await verifier.verify(claim, { maxShare: 0.2 })
    // One slice of 40 ms at a fifth of the time: 160 ms of rest.
    expect(performance.now() - begin).toBeGreaterThan(150)
  })

  it('gives way to an urgent caller that joins the audit', async () => {
    const verifier = createProofVerifier({ backend: fastest, time: costly(), threads: 1 })
    const audit = verifier.verify(claim, { maxShare: 0.001 })
    await sleep(20)
    const begin = performance.now()
    const [verdict] = await Promise.all([verifier.verify(claim), audit])
    expect(verdict.isValid).toBe(true)
    expect(performance.now() - begin).toBeLessThan(1000)
  })

  it('an abort ends a rest', async () => {
    const verifier = createProofVerifier({ backend: fastest, time: costly(), threads: 1 })
    const signal = AbortSignal.timeout(50)
    const begin = performance.now()
    await expect(verifier.verify(claim, { maxShare: 0.001, signal })).rejects.toBeInstanceOf(AbortError)
    expect(performance.now() - begin).toBeLessThan(1000)
  })

  it('progress ends with the last step', async () => {
    const seen: ProofProgress[] = []
    const verifier = createProofVerifier({ backend: fastest, threads: 1 })
    await verifier.verify(claim, { onProgress: (progress) => seen.push(progress) })
    expect(seen.at(-1)).toEqual({ stepsDone: 5003, steps: 5003 })
  })

  it('a production window of a lying prover is aborted midway, at once, and reports meanwhile', async () => {
    const verifier = createProofVerifier({ backend: fastest, threads: 1 })
    const window = { start: START, end: START, steps: 325_000_000, values: new Uint8Array(32 * 63) }
    const controller = new AbortController()
    let reports = 0
    const verifying = verifier.verify(window, { signal: controller.signal, onProgress: () => (reports += 1) })
    await vi.waitFor(() => expect(reports).toBeGreaterThan(2), { timeout: PATIENCE_MS })
    controller.abort()
    const begin = performance.now()
    await expect(verifying).rejects.toBeInstanceOf(AbortError)
    expect(performance.now() - begin).toBeLessThan(200)
  })
})

describe('misuse', () => {
  const verifier = createProofVerifier({ backend: fastest })

  it.each<[string, Promise<unknown>]>([
    ['TIMECHAIN_BAD_CLAIM', verifier.verify({ ...claim, values: claim.values.subarray(1) }).catch((e) => e)],
    ['TIMECHAIN_BAD_CLAIM', verifier.verify({ ...claim, steps: 15 }).catch((e) => e)],
    ['TIMECHAIN_BAD_POLICY', verifier.verify(claim, { policy: { kind: 'sample', segments: 0 } }).catch((e) => e)],
    ['TIMECHAIN_BAD_EFFORT', verifier.verify(claim, { maxShare: 0 }).catch((e) => e)],
  ])('is refused with %s', async (code, refused) => {
    expect(await refused).toMatchObject({ code })
  })

  it('of threads is refused at once', () => {
    expect(() => createProofVerifier({ backend: fastest, threads: 0 })).toThrow('threads is 0')
  })
})

import { AbortError, concatBytes } from '@montana/foundation'
import { type HashBackend, loadBackend } from '@montana/native'
import { describe, expect, it, vi } from 'vitest'
import {
  CandidateChain,
  candidateClaim,
  createCandidateWork,
  createProofVerifier,
  decodeStretch,
  encodeStretch,
  makeCandidateProof,
  type Stretch,
  totalBoundaries,
} from '../src/index.js'
import { backends, hashTimes } from './proof-support.js'

const { backend: fastest } = loadBackend()
const seed = new Uint8Array(32).fill(5)
const noderegHash = new Uint8Array(32).fill(6)
const W_START = 18
/** For what must happen, on a machine busy with other things. */
const PATIENCE_MS = 10_000
/** An epoch of 20 windows: D changes between window 20 and 21. */
const dOf = (window: number) => (window <= 20 ? 300 : 331)
const SIX_WINDOWS = 2 * 300 + 4 * 331

/** A store that forgets nothing and only takes bytes. */
function disk() {
  const rows: Uint8Array[] = []
  return {
    rows,
    save: async (stretch: Stretch) => void rows.push(encodeStretch(stretch)),
    chain: () => new CandidateChain({ seed, wStart: W_START, stretches: rows.map(decodeStretch) }),
  }
}

function workOn(backend: HashBackend, store = disk(), ds: (window: number) => number | undefined = dOf) {
  return createCandidateWork({ backend, chain: store.chain(), dOf: ds, save: store.save })
}

/** The values at floor(total·i/k), by the plain loop. */
function valuesByLoop(total: number, k: number): Uint8Array {
  const inner = totalBoundaries(total, k).slice(1, -1)
  return concatBytes(...inner.map((at) => hashTimes(seed, at)))
}

describe.each(backends)("a candidate's chain with $name", (backend) => {
  it('reaches the endpoint of the plain loop over ΣD, and its proof stands on floor(S·i/k)', async () => {
    const work = workOn(backend)
    await work.run(6)
    const { chain } = work
    expect([chain.windowsDone, chain.stepsDone, chain.ds]).toEqual([6, SIX_WINDOWS, [300, 300, 331, 331, 331, 331]])
    expect(chain.endpoint(6)).toEqual(hashTimes(seed, SIX_WINDOWS))
    const proof = await makeCandidateProof({ backend, chain, noderegHash })
    expect(proof).toEqual({ noderegHash, values: valuesByLoop(SIX_WINDOWS, 8) })
    const claim = candidateClaim(proof, seed, chain.endpoint(6), SIX_WINDOWS)
    if (!claim) throw new Error('no claim')
    const verdict = await createProofVerifier({ backend }).verify(claim)
    expect(verdict).toMatchObject({ isValid: true, segmentsChecked: 8 })
  })
})

describe('the proof of a chain', () => {
  it('has any number of segments, more than there are kept values too, and any shorter length', async () => {
    const work = workOn(fastest)
    await work.run(6)
    const prove = (windows: number, segments: number) =>
      makeCandidateProof({ backend: fastest, chain: work.chain, noderegHash, windows, segments })
    for (const segments of [11, 64, 700]) {
      expect((await prove(6, segments)).values).toEqual(valuesByLoop(SIX_WINDOWS, segments))
    }
    expect((await prove(3, 9)).values).toEqual(valuesByLoop(931, 9))
  })

  it('recomputes little: no more than the distance of two kept values for each boundary', async () => {
    const work = workOn(fastest)
    await work.run(6)
    let steps = 0
    const onProgress = (progress: { steps: number }) => {
      steps = progress.steps
    }
    await makeCandidateProof({ backend: fastest, chain: work.chain, noderegHash, onProgress })
    expect(steps).toBeGreaterThan(0)
    expect(steps).toBeLessThanOrEqual(7 * Math.ceil(331 / 32))
  })

  it('starts from the last kept value at or before a boundary', async () => {
    const { chain, run } = workOn(fastest)
    await run(3)
    const inWindow = (d: number, from: number) => totalBoundaries(d, 32).map((at) => from + at)
    const marks = [...new Set([...inWindow(300, 0), ...inWindow(300, 300), ...inWindow(331, 600)])]
    for (let at = 0; at <= 931; at++) {
      const mark = chain.markBefore(at)
      expect(mark.at).toBe(marks.findLast((each) => each <= at))
      if (at % 100 === 0) expect(mark.value).toEqual(hashTimes(seed, mark.at))
    }
  })

  it('needs the windows to be done', async () => {
    const work = workOn(fastest)
    await work.run(2)
    const proving = makeCandidateProof({ backend: fastest, chain: work.chain, noderegHash, windows: 3 })
    await expect(proving).rejects.toMatchObject({ code: 'TIMECHAIN_BAD_WORK' })
    expect(() => work.chain.endpoint(0)).toThrow(expect.objectContaining({ code: 'TIMECHAIN_BAD_WORK' }))
  })
})

describe('the work', () => {
  it('goes on where it was after a restart, and for a longer chain', async () => {
    const store = disk()
    await workOn(fastest, store).run(2)
    const again = workOn(fastest, store)
    expect(again.chain.windowsDone).toBe(2)
    await again.run(6)
    expect(store.rows).toHaveLength(6)
    await again.run(7)
    expect(store.rows).toHaveLength(7)
    expect(again.chain.endpoint(6)).toEqual(hashTimes(seed, SIX_WINDOWS))
    expect(again.chain.endpoint(7)).toEqual(hashTimes(seed, SIX_WINDOWS + 331))
  })

  it('an abort inside a window keeps the values of it, and the rest is ground later', async () => {
    // Aborts come at whatever moment; the chain is the same in the end.
    const d = fastest.name === 'typescript' ? 400_000 : 4_000_000
    const store = disk()
    let aborts = 0
    for (let round = 0; round < 200; round++) {
      const work = workOn(fastest, store, () => d)
      const controller = new AbortController()
      const timer = setTimeout(() => controller.abort(), 25 + 10 * round)
      const outcome = await work.run(3, controller.signal).catch((error: unknown) => error)
      clearTimeout(timer)
      if (outcome === undefined) break
      expect(outcome).toBeInstanceOf(AbortError)
      aborts += 1
    }
    expect(aborts).toBeGreaterThan(0)
    const stretches = store.rows.map(decodeStretch)
    expect(stretches.some(({ offset }) => offset > 0)).toBe(true)
    const chain = store.chain()
    expect([chain.windowsDone, chain.stepsDone]).toEqual([3, 3 * d])
    const whole = await fastest.startClock({ seed, steps: 3 * d, checkpoints: 24 }).result
    expect(chain.endpoint(3)).toEqual(whole.value)
    const proof = await makeCandidateProof({ backend: fastest, chain, noderegHash, segments: 24 })
    expect(proof.values).toEqual(whole.checkpoints)
  })

  it('ends a window that has begun without being told its D again', async () => {
    const store = disk()
    const begun = await fastest.startClock({ seed, steps: 150, checkpoints: 1 }).result
    await store.save({ window: 19, d: 300, offset: 0, segments: 2, values: begun.value })
    await workOn(fastest, store, () => undefined).run(1)
    expect(store.chain().endpoint(1)).toEqual(hashTimes(seed, 300))
  })

  it('waits for a D that is not known yet', async () => {
    let known = 20
    const work = workOn(fastest, disk(), (window) => (window <= known ? dOf(window) : undefined))
    const running = work.run(6)
    const done = (windows: number) =>
      vi.waitFor(() => expect(work.chain.windowsDone).toBe(windows), { timeout: PATIENCE_MS })
    await done(2)
    known = 22
    work.wake()
    await done(4)
    known = 99
    work.wake()
    await running
    expect(work.chain.endpoint(6)).toEqual(hashTimes(seed, SIX_WINDOWS))
  })

  it('an abort ends the wait', async () => {
    const work = workOn(fastest, disk(), () => undefined)
    await expect(work.run(1, AbortSignal.timeout(30))).rejects.toBeInstanceOf(AbortError)
  })

  it('does not count what could not be saved', async () => {
    const chain = new CandidateChain({ seed, wStart: W_START })
    const save = () => Promise.reject(new Error('disk full'))
    const work = createCandidateWork({ backend: fastest, chain, dOf, save })
    await expect(work.run(1)).rejects.toThrow('disk full')
    expect(chain.stepsDone).toBe(0)
  })

  it('runs once at a time, and refuses a D outside the band', async () => {
    const work = workOn(fastest)
    const running = work.run(2)
    await expect(work.run(2)).rejects.toMatchObject({ code: 'TIMECHAIN_BAD_WORK' })
    await running
    await expect(workOn(fastest, disk(), () => 0).run(1)).rejects.toMatchObject({ code: 'TIMECHAIN_BAD_D' })
  })
})

describe('a stored stretch', () => {
  const stretch: Stretch = { window: 19, d: 300, offset: 0, segments: 4, values: new Uint8Array(64).fill(1) }

  it('is refused by the chain that it does not continue', () => {
    const add = (change: Partial<Stretch>) => () =>
      new CandidateChain({ seed, wStart: W_START, stretches: [stretch] }).add({ ...stretch, offset: 150, ...change })
    expect(add({})).not.toThrow()
    for (const change of [{ window: 20 }, { offset: 149 }, { d: 301 }, { segments: 0 }, { values: new Uint8Array(33) }])
      expect(add(change)).toThrow(expect.objectContaining({ code: 'TIMECHAIN_BAD_WORK' }))
  })

  it('is refused when its bytes are cut or impossible', () => {
    const bytes = encodeStretch(stretch)
    expect(decodeStretch(bytes)).toEqual(stretch)
    expect(() => decodeStretch(bytes.subarray(1))).toThrow()
    expect(() => decodeStretch(encodeStretch({ ...stretch, offset: 300 }))).toThrow('BadValue')
    expect(() => decodeStretch(encodeStretch({ ...stretch, segments: 1 }))).toThrow('BadValue')
  })
})

import { seededRandom } from '@montana/foundation'
import { describe, expect, it } from 'vitest'
import { type Job, type Layer, WORKER_TIMING } from '../../src/index.js'
import { backoff, dueLayers, hasWork, isDue, isSpaced, nextTry } from '../../src/queue/schedule.js'

const HOUR_MS = 3_600_000
const highest = { next: () => 0.999999 }

const job = (layer: Layer, changes: Partial<Job> = {}): Job => ({
  ...{ mirror: 'a', layer, wantedSeq: 1, doneSeq: 0, state: 'pending', attempts: 0, nextAttemptAtMs: 0 },
  ...{ lastErrorCode: null, reason: 'test' },
  ...changes,
})

describe('back-off', () => {
  it('is anything up to 10 s, doubled by each attempt, at most 15 min', () => {
    const limits = [0, 1, 2, 3, 6, 7, 50].map((attempts) => Math.ceil(backoff(attempts, highest, WORKER_TIMING) / 1000))
    expect(limits).toEqual([10, 20, 40, 80, 640, 900, 900])
    const random = seededRandom(1)
    const waits = Array.from({ length: 500 }, () => backoff(0, random, WORKER_TIMING))
    expect(Math.min(...waits)).toBeLessThan(500)
    expect(Math.max(...waits)).toBeGreaterThan(9_500)
  })

  it('believes a provider that names a time', () => {
    const failure = { class: 'transient', attempts: 0, retryAfterMs: 120_000 } as const
    expect(nextTry(failure, 1_000, highest, WORKER_TIMING)).toEqual({ state: 'pending', atMs: 121_000 })
    const absurd = { ...failure, retryAfterMs: 1e12 }
    expect(nextTry(absurd, 0, highest, WORKER_TIMING).atMs).toBe(6 * HOUR_MS)
  })

  it('of what is blocked is 6 h', () => {
    const failure = { class: 'blocked', attempts: 9, retryAfterMs: undefined } as const
    expect(nextTry(failure, 5, highest, WORKER_TIMING)).toEqual({ state: 'blocked', atMs: 6 * HOUR_MS + 5 })
  })
})

describe('what is due', () => {
  it('pending and blocked jobs whose time has come', () => {
    expect(isDue(job('code', { nextAttemptAtMs: 10 }), 9, WORKER_TIMING)).toBe(false)
    expect(isDue(job('code', { nextAttemptAtMs: 10 }), 10, WORKER_TIMING)).toBe(true)
    expect(isDue(job('code', { state: 'blocked' }), 10, WORKER_TIMING)).toBe(true)
    for (const state of ['idle', 'running'] as const)
      expect(isDue(job('code', { state }), 10, WORKER_TIMING)).toBe(false)
  })

  it('a clock that was set back keeps nothing from running', () => {
    expect(isDue(job('code', { nextAttemptAtMs: 24 * HOUR_MS }), 0, WORKER_TIMING)).toBe(true)
    expect(isDue(job('code', { nextAttemptAtMs: 6 * HOUR_MS }), 0, WORKER_TIMING)).toBe(false)
    expect(isSpaced(5_000, 4_000, WORKER_TIMING)).toBe(true)
  })

  it('layers come in order, whatever the order of the requests', () => {
    const jobs = (['variables', 'secrets', 'workflows', 'code'] as const).map((layer) => job(layer))
    expect(dueLayers(jobs, () => false, 0, WORKER_TIMING)).toEqual(['code', 'workflows', 'secrets', 'variables'])
  })

  it('behind a layer that never succeeded and waits, nothing runs', () => {
    const jobs = [job('code', { nextAttemptAtMs: 99 }), job('secrets')]
    expect(dueLayers(jobs, () => false, 0, WORKER_TIMING)).toEqual([])
    expect(dueLayers(jobs, (layer) => layer === 'code', 0, WORKER_TIMING)).toEqual(['secrets'])
    const waits = ({ nextAttemptAtMs }: Job) => nextAttemptAtMs > 0
    expect(hasWork(jobs, () => false, waits)).toBe(false)
    expect(hasWork(jobs, (layer) => layer === 'code', waits)).toBe(true)
  })

  it('a target is run once in 10 s', () => {
    expect(isSpaced(1_000, 10_999, WORKER_TIMING)).toBe(false)
    expect(isSpaced(1_000, 11_000, WORKER_TIMING)).toBe(true)
  })
})

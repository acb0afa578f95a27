import { describe, expect, it } from 'vitest'
import { ProgressWatch } from '../../src/health/progress.js'

describe('progress', () => {
  it('may stand still for the time of the service, or for that of the check', () => {
    const watch = new ProgressWatch(5_000)
    const at = (nowMs: number, value: number, maxAgeMs?: number) =>
      watch.failureOf([{ value, ...(maxAgeMs !== undefined && { maxAgeMs }) }], nowMs)
    expect([at(0, 1), at(4_999, 1), at(5_000, 1)]).toEqual([null, null, 'no progress for 5000 ms'])
    expect([at(5_100, 2, 300), at(5_399, 2, 300), at(5_400, 2, 300)]).toEqual([null, null, 'no progress for 300 ms'])
  })

  it('of one check does not excuse another that stands still', () => {
    const watch = new ProgressWatch(1_000)
    const at = (nowMs: number, moving: number) => watch.failureOf([{ value: moving }, undefined, { value: 7 }], nowMs)
    expect([at(0, 1), at(900, 2), at(1_000, 3)]).toEqual([null, null, 'no progress for 1000 ms'])
  })

  it('is asked of nobody who has no counter', () => {
    expect(new ProgressWatch(1).failureOf([undefined, undefined], 10)).toBeNull()
  })
})

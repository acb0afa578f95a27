import { describe, expect, it } from 'vitest'
import { isOverdue, paceOf } from '../src/mesh/pace.js'

const took = (...times: (number | null)[]) => times.map((tookMs) => ({ tookMs }))

describe('the pace of a mesh', () => {
  it('is what a window usually takes', () => {
    expect([paceOf([]), paceOf(took(null, 2_000, 12_000, 2_100))]).toEqual([null, 2_100])
  })

  it('makes the next window overdue after a multiple of it, and after no less than some seconds', () => {
    expect([isOverdue(4_900, 500), isOverdue(5_100, 500)]).toEqual([false, true])
    expect([isOverdue(140_000, 60_000), isOverdue(160_000, 60_000)]).toEqual([false, true])
    expect([isOverdue(null, null), isOverdue(null, 2_000)]).toEqual([false, false])
  })
})

import { describe, expect, it } from 'vitest'
import { isOverdue, paceOf } from '../page/src/data/pace.js'

const mesh = (cementedAgeMs: number | null, ...took: (number | null)[]) => ({
  cementedAgeMs,
  recent: took.map((tookMs, window) => {
    return { window, at: '', tookMs, headerHash: '', agrees: 'yes', compared: 4 } as const
  }),
})

describe('the pace of a mesh', () => {
  it('is what a window usually takes', () => {
    expect([paceOf(mesh(0)), paceOf(mesh(0, null, 2_000, 12_000, 2_100))]).toEqual([null, 2_100])
  })

  it('makes the next window overdue after a multiple of it, and after no less than some seconds', () => {
    expect([isOverdue(mesh(4_900, 500)), isOverdue(mesh(5_100, 500))]).toEqual([false, true])
    expect([isOverdue(mesh(140_000, 60_000)), isOverdue(mesh(160_000, 60_000))]).toEqual([false, true])
    expect([isOverdue(mesh(null)), isOverdue(mesh(null, 2_000))]).toEqual([false, false])
  })
})

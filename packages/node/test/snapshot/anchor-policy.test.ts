import { describe, expect, it } from 'vitest'
import { anchorsToDrop, isAnchorWindow } from '../../src/snapshot/anchor-policy.js'

const MINUTE = 60_000
const NOW = 1_800_000_000_000
const counts = { account: 1, node: 1, candidate: 0 }
/** Anchors by how many minutes ago they were frozen, the earliest first. */
const anchors = (...ages: number[]) =>
  ages.map((age, i) => ({ window: 256 * (i + 1), frozenAtMs: NOW - age * MINUTE, counts }))

describe('anchors', () => {
  it('are frozen at multiples of the interval, not at genesis, and never without one', () => {
    const frozen = [0, 1, 255, 256, 257, 512].filter((window) => isAnchorWindow(window, 256))
    expect(frozen).toEqual([256, 512])
    expect([0, 1, 256].filter((window) => isAnchorWindow(window, 0))).toEqual([])
  })

  it.each([
    ['the latest two however old they are', anchors(300, 200, 100), [256]],
    ['those of the last half hour', anchors(31, 29, 20, 10), [256]],
    ['nothing else when there are at most two', anchors(500, 400), []],
    ['eight at most, though all are young', anchors(9, 8, 7, 6, 5, 4, 3, 2, 1, 0), [256, 512]],
    ['the latest two though the clock was set back by a day', anchors(-1440, -1440, -1440), [256]],
  ])('are kept: %s', (_, list, dropped) => {
    expect(anchorsToDrop(list, NOW, 256).sort((a, b) => a - b)).toEqual(dropped)
  })

  it('are all let go by a node that serves none', () => {
    expect(anchorsToDrop(anchors(3, 2, 1), NOW, 0)).toEqual([256, 512, 768])
  })
})

import { describe, expect, it } from 'vitest'
import { FaultList } from '../../src/verify/fault-list.js'

describe('fault list', () => {
  it('counts all and lists at most a hundred, ascending by window', () => {
    const faults = new FaultList()
    for (let window = 150; window > 0; window--) faults.add(window, 'CODE', 'message')
    faults.add(null, 'CODE', 'message')
    expect(faults.count).toBe(151)
    expect(faults.list()).toHaveLength(100)
    expect(faults.list().map(({ window }) => window)).toEqual(Array.from({ length: 100 }, (_, i) => 51 + i))
  })

  it('keeps the count of a merged list', () => {
    const [faults, other] = [new FaultList(), new FaultList()]
    for (let window = 0; window < 120; window++) other.add(window, 'CODE', 'message')
    faults.add(null, 'FIRST', 'message')
    faults.merge(other)
    expect(faults.count).toBe(121)
    expect(faults.list()[0]).toMatchObject({ window: null, code: 'FIRST' })
  })

  it('joins neighbouring windows to one gap', () => {
    const faults = new FaultList()
    for (const window of [1, 2, 3, 5, 7, 8]) faults.addGap(window)
    expect(faults.gaps).toEqual([
      { from: 1, to: 3 },
      { from: 5, to: 5 },
      { from: 7, to: 8 },
    ])
  })
})

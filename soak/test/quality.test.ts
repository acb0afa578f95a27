import { describe, expect, it } from 'vitest'
import { qualityOf } from '../src/analysis/quality.js'

const INTERVAL_MS = 1000
const LINES = { corrupt: 0, duplicate: 0, late: 0, repaired: 0, defects: [], lastSeq: null, lastSha256: null }
const slots = (...numbers: number[]) => numbers.map((slot) => ({ slot, tsMs: slot * INTERVAL_MS }))
const quality = (numbers: number[], bounds = {}) => qualityOf(slots(...numbers), INTERVAL_MS, LINES, bounds)

describe('coverage', () => {
  it('expects every slot from the first to the last, each once', () => {
    expect(quality([0, 1, 2, 3])).toMatchObject({ expected: 4, valid: 4, missing: 0, coverage: 1, gaps: [] })
    expect(quality([0, 1, 1, 4])).toMatchObject({ expected: 5, valid: 3, missing: 2, coverage: 0.6 })
    expect(quality([0, 1, 4]).gaps).toEqual([{ fromMs: 1000, toMs: 4000, missingPolls: 2 }])
  })

  it('expects every slot of a time that was asked for, before the first record and behind the last too', () => {
    const found = quality([3, 4, 5], { fromMs: 0, toMs: 10_000 })
    expect(found).toMatchObject({ expected: 10, valid: 3, coverage: 0.3 })
    expect(found.gaps).toEqual([
      { fromMs: 0, toMs: 3000, missingPolls: 3 },
      { fromMs: 6000, toMs: 10_000, missingPolls: 4 },
    ])
  })

  it('says nothing where there is nothing', () => {
    expect(quality([])).toMatchObject({ expected: 0, valid: 0, coverage: null, gaps: [] })
  })
})

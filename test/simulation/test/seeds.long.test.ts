import { describe, expect, it } from 'vitest'
import { PLANTED_BUGS } from '../src/planted/catalogue.js'
import { searchPlanted, simulate } from './support/cli.js'

const HOUR_MS = 3_600_000

describe('the whole search', () => {
  it('finds nothing in a thousand seeds', { timeout: HOUR_MS }, async () => {
    const { passed, failures } = await simulate('--seeds', '1000')
    expect(failures).toEqual([])
    expect(passed).toBe(1000)
  })

  it('finds every planted bug by an oracle that should', { timeout: HOUR_MS }, async () => {
    const { passed, bugs } = await searchPlanted()
    expect(bugs.filter(({ seeds, isSurprise }) => seeds === undefined || isSurprise)).toEqual([])
    expect(passed).toBe(PLANTED_BUGS.length)
  })
})

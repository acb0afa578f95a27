import { describe, expect, it } from 'vitest'
import { keepAlive, QUIET_MS } from '../../src/decide/keep-alive.js'

const TIP = 'a'.repeat(40)
const known = { tip: TIP, sinceMs: 1_000 }

describe('a schedule on a quiet repository', () => {
  it('is due after 45 days of the same tip, and not a moment before', () => {
    expect(keepAlive(known, TIP, 1_000 + QUIET_MS - 1)).toEqual({ activity: known, isDue: false })
    expect(keepAlive(known, TIP, 1_000 + QUIET_MS)).toEqual({ activity: known, isDue: true })
  })

  it('begins anew with a commit, without memory, and with a clock that was set back', () => {
    const nowMs = 1_000 + QUIET_MS
    for (const before of [{ ...known, tip: 'b'.repeat(40) }, null, { tip: TIP, sinceMs: nowMs + 1 }])
      expect(keepAlive(before, TIP, nowMs)).toEqual({ activity: { tip: TIP, sinceMs: nowMs }, isDue: false })
  })
})

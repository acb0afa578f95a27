import { silentLogger } from '@montana/foundation'
import { describe, expect, it } from 'vitest'
import { PauseKeeper } from '../../src/agent/pause-keeper.js'
import type { Pause } from '../../src/core/types.js'

function keeper() {
  const saved: (number | null)[] = []
  const clock = { nowMs: 1_000 }
  const file = { load: () => null, save: async (pause: Pause | null) => void saved.push(pause?.remainingMs ?? null) }
  const pauses = new PauseKeeper(file, silentLogger, () => clock.nowMs)
  const show = async (remainingMs: number | null) => {
    pauses.show(remainingMs === null ? null : { reason: 'work', by: 'operator', remainingMs })
    await Promise.resolve()
    await Promise.resolve()
  }
  return { saved, clock, show }
}

describe('a pause on disk', () => {
  it('is written when it begins and when it ends, not while it runs out', async () => {
    const { saved, clock, show } = keeper()
    await show(60_000)
    clock.nowMs += 250
    await show(59_750)
    await show(null)
    expect(saved).toEqual([60_000, null])
  })

  it('is written again when the same operator makes it longer in the same words', async () => {
    const { saved, clock, show } = keeper()
    await show(60_000)
    clock.nowMs += 10_000
    await show(3_600_000)
    expect(saved).toEqual([60_000, 3_600_000])
  })
})

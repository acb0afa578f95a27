import { AbortError } from '@montana/foundation'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { isLong, longIt } from '../../../../test/support/long-it.js'
import type { PromotionStep } from '../../src/decide/promotion.js'
import { GitFence } from '../../src/fence/git-fence.js'
import { RoleWorld } from '../support/role-world.js'

/** The looks of a sentinel that comes late, and finds that a promotion has stood still. */
const LATE_MINUTES = 31

describe('a sentinel that is killed while it promotes', { timeout: 120_000 }, () => {
  let world: RoleWorld

  beforeEach(async () => {
    world = await RoleWorld.open()
  })

  /** After the step, before its record. */
  async function killAfter(step: string): Promise<void> {
    const kill = world.sentinel((record) => {
      if (record.step === step) throw new Error('killed')
    })
    await expect(kill).rejects.toThrow('killed')
  }

  /** When the claim is on record as begun, before anything reaches the fence. */
  async function killBeforeClaim(): Promise<void> {
    const swap = vi.spyOn(GitFence.prototype, 'swap').mockRejectedValueOnce(new AbortError())
    try {
      await expect(world.sentinel()).rejects.toMatchObject({ name: 'AbortError' })
      expect(swap).toHaveBeenCalledOnce()
    } finally {
      swap.mockRestore()
    }
  }

  const acting = async () => [await world.tick(world.primary), await world.tick(world.replica)]

  it.each(isLong ? [1, LATE_MINUTES] : [LATE_MINUTES])(
    'claims nothing %i minutes later from a primary that has renewed since',
    async (minutes) => {
      expect(await world.tick(world.primary)).toBe(true)
      await world.silence()
      await killBeforeClaim()
      expect(await world.tick(world.primary)).toBe(true)
      world.advance(minutes)
      expect(await world.sentinel()).toMatchObject({
        promotion: 'undone',
        role: 'SLAVE',
        epoch: 1,
        steps: [{ step: 'release' }],
      })
      expect(await world.record()).toMatchObject({ epoch: 1, state: 'active', holder: world.primary.id })
      expect(await acting()).toEqual([true, false])
      expect(await world.sentinel()).toMatchObject({ verdict: 'healthy', decision: 'none' })
    },
    120_000,
  )

  longIt('goes on with the claim while the primary is silent', async () => {
    await world.silence()
    await killBeforeClaim()
    world.advance(1)
    expect(await world.sentinel()).toMatchObject({ promotion: 'done', epoch: 2 })
    expect(await acting()).toEqual([false, true])
  })

  longIt('releases a claim that was made although nobody recorded it, and the primary acts again', async () => {
    await world.silence()
    await killAfter('claim')
    expect(await world.record()).toMatchObject({ epoch: 2, state: 'promoting' })
    world.advance(LATE_MINUTES)
    expect(await world.sentinel()).toMatchObject({ promotion: 'undone', role: 'SLAVE' })
    expect(await world.record()).toMatchObject({ epoch: 2, state: 'released' })
    expect(await acting()).toEqual([true, false])
  })

  it('keeps what the fence knows as active: the replica acts on', async () => {
    await world.silence()
    await killAfter('activate')
    expect(await world.tick(world.replica)).toBe(true)
    world.advance(LATE_MINUTES)
    expect(await world.sentinel()).toMatchObject({ promotion: 'done', role: 'TEMPORARY_MASTER', epoch: 2, steps: [] })
    expect(await world.record()).toMatchObject({ epoch: 2, state: 'active', holder: world.replica.id })
    expect(await acting()).toEqual([false, true])
    expect(world.alerts.map(({ code }) => code)).toContain('PROMOTED')
  })

  it.each<PromotionStep>(isLong ? ['workflows', 'gates', 'marker'] : ['gates'])(
    'at %s, and comes late, leaves exactly one side that acts',
    async (step) => {
      await world.silence()
      await killAfter(step)
      world.advance(LATE_MINUTES)
      await world.sentinel()
      expect(await acting()).toEqual([true, false])
    },
    120_000,
  )
})

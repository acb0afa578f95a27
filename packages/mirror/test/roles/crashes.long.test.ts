import { describe, expect, it } from 'vitest'
import { HANDBACK } from '../../src/decide/handback.js'
import { PROMOTION } from '../../src/decide/promotion.js'
import { RoleWorld } from '../support/role-world.js'

/** Ends the run after its first step that was done, before the record of it. */
function crashAfterOne(steps: string[]) {
  return ({ step, outcome }: { readonly step: string; readonly outcome: string }) => {
    if (outcome !== 'ok') return
    steps.push(step)
    throw new Error('killed')
  }
}

async function untilEnd<T>(run: () => Promise<T>, crashesMax: number): Promise<{ result: T; crashes: number }> {
  for (let crashes = 0; ; crashes++) {
    try {
      return { result: await run(), crashes }
    } catch (error) {
      if (crashes > crashesMax || !(error instanceof Error && error.message === 'killed')) throw error
    }
  }
}

const ONCE = (steps: readonly string[]) => steps.map((step, at) => steps.indexOf(step) === at)

describe('scenario 7: killed between each step and its record', { timeout: 120_000 }, () => {
  it('a promotion and a hand-back go on, each step has its effect once, and nothing is live half-way', async () => {
    const world = await RoleWorld.open()
    const { primary, replica } = world
    await world.silence()
    const steps: string[] = []
    const half: string[] = []
    const promoted = await untilEnd(async () => {
      if (steps.length > 0 && steps.length < PROMOTION.steps.length) half.push(String(await world.tick(replica)))
      // Each run does its next step again, because the record of it was lost, and one more.
      let isFirst = true
      return await world.sentinel((record) => {
        if (!isFirst || steps.length === 0) crashAfterOne(steps)(record)
        isFirst = false
      })
    }, PROMOTION.steps.length)
    expect(promoted.result).toMatchObject({ promotion: 'done', epoch: 2 })
    expect(steps).toEqual(PROMOTION.steps.map(({ name }) => name))
    expect(ONCE(steps)).not.toContain(false)
    expect(half).not.toContain('true')
    expect(await world.tick(replica, 'reminder-2')).toBe(true)

    await replica.repository.commit({ files: { 'meanwhile.txt': 'x\n' } })
    let last = await world.sentinel()
    for (let turn = 0; turn < 8 && last.decision !== 'handback-ready'; turn++) {
      world.advance(30)
      await world.tick(primary)
      last = await world.sentinel()
    }
    const back: string[] = []
    const returned = await untilEnd(async () => {
      let isFirst = true
      return await world.recover('merge', (record) => {
        if (!isFirst || back.length === 0) crashAfterOne(back)(record)
        isFirst = false
      })
    }, HANDBACK.steps.length)
    expect(returned.result).toEqual({ kind: 'done' })
    expect(back).toEqual(HANDBACK.steps.map(({ name }) => name))
    expect([await world.tick(replica), await world.tick(primary)]).toEqual([false, true])
    expect(await primary.repository.tip()).not.toBeUndefined()
    const rescues = [...(await primary.repository.refs()).keys()].filter((ref) => ref.startsWith('refs/heads/rescue/'))
    expect(rescues).toHaveLength(1)
  }, 240_000)
})

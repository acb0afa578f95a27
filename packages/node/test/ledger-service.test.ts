import { systemTime } from '@montana/foundation'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { soloNode } from './support/solo-node.js'
import { makeWorld, VOTE_RULES, type World } from './support/world.js'

let world: World

beforeAll(async () => {
  world = await makeWorld(VOTE_RULES)
})
afterAll(() => world.crypto.close())

describe('a message from beyond the next window', () => {
  it('has its sender asked for its head where more than one window is missing, and moves no claim by itself', () => {
    const { ledger, statusAsked } = soloNode(world)
    const { head } = ledger.loop
    ledger.noteBehind('late-by-one', head + 2)
    expect(statusAsked).toEqual([])
    ledger.noteBehind('far', head + 3)
    ledger.noteBehind('', head + 9)
    expect(statusAsked).toEqual(['far'])
    expect(ledger.catchUp.target).toBeLessThanOrEqual(head + 1)
  })
})

describe('a restart', () => {
  /** Longer than a test takes. */
  const PACE_MS = 600_000

  it('goes on with the pacing of the window that it had applied, and does not begin it anew', async () => {
    const before = soloNode(world)
    before.ledger.start()
    await expect.poll(() => before.ledger.loop.head).toBeGreaterThan(0)
    await before.stop()
    const startedMs = systemTime.monotonicMs()
    const { appliedAtMs } = soloNode(world, before.dir, 0, PACE_MS).ledger.loop.state
    expect(appliedAtMs).toBeLessThan(startedMs)
    expect(appliedAtMs).toBeGreaterThan(startedMs - PACE_MS)
  })
})

import { silentLogger } from '@montana/foundation'
import { describe, expect, it } from 'vitest'
import { CatchUp, type CatchUpModules } from '../src/runtime/catch-up.js'

/** A node at `head` whose peers answer nothing, and a clock that the test moves. */
function behind(head: number) {
  const asked: string[] = []
  const clock = { nowMs: 0 }
  const modules = {
    loop: { head, state: {} },
    inbox: {},
    logger: silentLogger,
    fetchRange: async (peerId: string) => {
      asked.push(peerId)
      throw new Error('no such window')
    },
    monotonicMs: () => clock.nowMs,
  } as unknown as CatchUpModules
  return { catchUp: new CatchUp(modules), asked, clock }
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 10))

describe('catch-up', () => {
  it('one peer alone cannot make a node look far behind', () => {
    const { catchUp } = behind(10)
    catchUp.notePeerHead('honest-1', 10)
    catchUp.notePeerHead('honest-2', 10)
    catchUp.notePeerHead('liar', 2 ** 40)
    expect(catchUp.target).toBe(10)
    catchUp.stop()
  })

  it('a hint moves the claim by one window at most', async () => {
    const { catchUp, asked } = behind(10)
    catchUp.noteBehind('peer')
    expect(catchUp.target).toBe(11)
    await settle()
    expect(asked).toEqual(['peer'])
  })

  it('whoever cannot make good its claim loses it and is asked later each time', async () => {
    const { catchUp, asked, clock } = behind(10)
    for (const atMs of [0, 59_000, 61_000, 120_000, 182_000]) {
      clock.nowMs = atMs
      catchUp.notePeerHead('liar', 500)
      await settle()
    }
    expect(asked).toHaveLength(3)
    expect(catchUp.target).toBe(10)
    catchUp.forgetPeer('liar')
    catchUp.notePeerHead('liar', 500)
    await settle()
    expect(asked, 'reconnecting does not clear a blame').toHaveLength(3)
    expect(catchUp.isRunning).toBe(false)
  })
})

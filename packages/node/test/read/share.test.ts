import { setImmediate as nextTurn } from 'node:timers/promises'
import { isAbort } from '@montana/foundation'
import { describe, expect, it } from 'vitest'
import { ReadShare } from '../../src/read/share.js'

const forever = new AbortController().signal
const time = { monotonicMs: () => performance.now() }

/** Holds the event loop as reading does. */
function work(ms: number): void {
  const end = performance.now() + ms
  while (performance.now() < end);
}

describe('the share of readers', () => {
  it('leaves the event loop to others most of the time, however many read', async () => {
    const share = new ReadShare(time)
    const startedMs = performance.now()
    await Promise.all(Array.from({ length: 24 }, () => share.run(() => work(5), forever)))
    // 120 ms of work and four times as much rest, but for the burst at the end.
    expect(performance.now() - startedMs).toBeGreaterThan(400)
  })

  it('gives each piece of work a turn of the event loop of its own', async () => {
    const share = new ReadShare(time)
    const order: string[] = []
    const other = nextTurn().then(() => order.push('other'))
    const reads = ['a', 'b', 'c'].map((name) => share.run(() => order.push(name), forever))
    await Promise.all([other, ...reads])
    expect(order.indexOf('other')).toBeLessThan(order.indexOf('c'))
    expect(order.filter((name) => name !== 'other')).toEqual(['a', 'b', 'c'])
  })

  it('lets who is alone do a little at once, and again after a pause', async () => {
    const share = new ReadShare(time)
    for (let i = 0; i < 3; i++) {
      const startedMs = performance.now()
      await share.run(() => work(2), forever)
      await share.run(() => work(2), forever)
      // Patient: with rest it would be 16 ms and more for each, and a busy host takes its own time.
      if (i === 0) expect(performance.now() - startedMs).toBeLessThan(200)
    }
  })

  it('does no work for who is gone, and goes on with the next', async () => {
    const share = new ReadShare(time)
    const gone = new AbortController()
    let done = 0
    const first = share.run(() => done++, gone.signal)
    const second = share.run(() => ++done, forever)
    gone.abort()
    await expect(first).rejects.toSatisfy(isAbort)
    expect([await second, done]).toEqual([1, 1])
  })

  it('goes on after work that fails', async () => {
    const share = new ReadShare(time)
    const failed = share.run(() => {
      throw new Error('damaged')
    }, forever)
    await expect(failed).rejects.toThrow('damaged')
    expect(await share.run(() => 7, forever)).toBe(7)
  })
})

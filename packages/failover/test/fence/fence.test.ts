import { describe, expect, it } from 'vitest'
import { createFence, type Epoch, type FenceVerdict } from '../../src/index.js'

/** A store whose every step is one: a field and a list. */
function memoryFence(highest: Epoch) {
  const done: string[] = []
  const compareAndStore = (epoch: Epoch, effect: string): FenceVerdict<number> => {
    if (epoch < highest) return { isAccepted: false, highest }
    highest = epoch
    return { isAccepted: true, result: done.push(effect) }
  }
  return { done, fence: createFence({ compareAndStore }) }
}

describe('a fence over a store', () => {
  it('accepts an equal and a higher epoch, and gives back what the effect gave', async () => {
    const { done, fence } = memoryFence(5n)
    expect(await fence.apply(5n, 'a')).toBe(1)
    expect(await fence.apply(6n, 'b')).toBe(2)
    expect(done).toEqual(['a', 'b'])
  })

  it('refuses a lower one with the highest', async () => {
    const { done, fence } = memoryFence(5n)
    await expect(fence.apply(4n, 'a')).rejects.toMatchObject({ code: 'EPOCH_STALE', metadata: { highest: '5' } })
    expect(done).toEqual([])
  })

  it.each([0n, -1n, 2n ** 64n])('does not take %s for an epoch', async (epoch) => {
    await expect(memoryFence(0n).fence.apply(epoch, 'a')).rejects.toBeInstanceOf(RangeError)
  })

  it('does not believe a store that refuses against the rule', async () => {
    const fence = createFence({ compareAndStore: () => ({ isAccepted: false, highest: 5n }) })
    await expect(fence.apply(5n, 'a')).rejects.toBeInstanceOf(RangeError)
  })
})

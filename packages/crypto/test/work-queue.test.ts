import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { WorkQueue } from '../src/work-queue.js'
import { atWorkRank } from '../src/work-rank.js'

describe('WorkQueue', () => {
  it('runs at most three at once and the rest in order', async () => {
    const lengths: number[] = []
    const queue = new WorkQueue(3, (length) => lengths.push(length))
    const order: number[] = []
    const finish: Array<() => void> = []
    const work = Array.from({ length: 5 }, (_, i) =>
      queue.run(() => {
        order.push(i)
        return new Promise<number>((resolve) => finish.push(() => resolve(i)))
      }),
    )
    await Promise.resolve()
    expect(order).toEqual([0, 1, 2])
    expect(queue.length).toBe(2)
    finish[1]?.()
    expect(await work[1]).toBe(1)
    await new Promise(setImmediate)
    expect(order).toEqual([0, 1, 2, 3])
    for (let i = 0; i < 5; i++) {
      finish[i]?.()
      await new Promise(setImmediate)
    }
    expect(await Promise.all(work)).toEqual([0, 1, 2, 3, 4])
    expect(lengths).toEqual([1, 2, 1, 0])
  })

  it('drops waiting work on abort, keeps the place of running work until it ends, and leaves no listener', async () => {
    const queue = new WorkQueue(1)
    const controller = new AbortController()
    let finish = () => {}
    const running = queue.run(
      () =>
        new Promise<void>((resolve) => {
          finish = resolve
        }),
      controller.signal,
    )
    const started: string[] = []
    const waiting = queue.run(async () => started.push('waiting'), controller.signal)
    const other = queue.run(async () => started.push('other'))
    controller.abort()
    await expect(running).rejects.toMatchObject({ code: 'ABORTED' })
    await expect(waiting).rejects.toMatchObject({ code: 'ABORTED' })
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0)
    expect(started).toEqual([])
    finish()
    await other
    expect(started).toEqual(['other'])
  })

  it('frees the place after a failure', async () => {
    const queue = new WorkQueue(1)
    await expect(queue.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(await queue.run(async () => 7)).toBe(7)
  })
})

describe('ranks', () => {
  it('serves by rank, and within a rank in order of arrival', async () => {
    const queue = new WorkQueue(1)
    const order: string[] = []
    const add = (name: string) => queue.run(async () => void order.push(name))
    const all = [
      queue.run(async () => {
        order.push('running')
        await new Promise(setImmediate)
      }),
      atWorkRank('stranger', () => add('stranger')),
      atWorkRank('outbound', () => add('outbound 1')),
      add('consensus'),
      atWorkRank('outbound', async () => {
        await Promise.resolve()
        await add('outbound 2')
      }),
      atWorkRank('first', () => add('inbound')),
    ]
    await Promise.all(all)
    expect(order).toEqual(['running', 'consensus', 'inbound', 'outbound 1', 'outbound 2', 'stranger'])
  })
})

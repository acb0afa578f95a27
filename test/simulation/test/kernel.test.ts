import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Dice } from '../src/kernel/dice.js'
import { EventQueue } from '../src/kernel/event-queue.js'
import { Trace } from '../src/kernel/trace.js'

describe('the event queue', () => {
  it('runs events by time, equal times in the order in which they were scheduled', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 9 })), (times) => {
        const queue = new EventQueue()
        const ran: number[] = []
        for (const [index, atMs] of times.entries()) queue.push(atMs, () => ran.push(index))
        for (let next = queue.pop(); next; next = queue.pop()) next.run()
        const expected = [...times.keys()].sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0) || a - b)
        expect(ran).toEqual(expected)
      }),
    )
  })

  it('says when the next event is due', () => {
    const queue = new EventQueue()
    expect(queue.nextMs).toBe(Number.POSITIVE_INFINITY)
    queue.push(7, () => {})
    queue.push(3, () => {})
    expect(queue.nextMs).toBe(3)
  })
})

describe('dice', () => {
  const draws = (seed: number, concern: string) => {
    const dice = new Dice(seed, concern)
    return Array.from({ length: 8 }, () => dice.next())
  }

  it('gives the same draws for the same seed and concern, others for another', () => {
    expect(draws(1, 'loss')).toEqual(draws(1, 'loss'))
    expect(draws(1, 'loss')).not.toEqual(draws(2, 'loss'))
    expect(draws(1, 'loss')).not.toEqual(draws(1, 'crash'))
  })

  it('stays inside its ranges', () => {
    const dice = new Dice(3, 'ranges')
    for (let i = 0; i < 500; i++) {
      expect([0, 1, 2]).toContain(dice.integer(0, 2))
      expect(dice.between(5, 6)).toBeGreaterThanOrEqual(5)
      expect(dice.exponential(10)).toBeGreaterThanOrEqual(0)
    }
    expect(() => dice.pick([])).toThrow(RangeError)
  })
})

describe('the trace', () => {
  it('hashes the same whether or not it keeps the text', () => {
    const [kept, hashed, other] = [new Trace(true), new Trace(false), new Trace(false)]
    for (const trace of [kept, hashed]) trace.note(1.5, 'p0', 'start')
    other.note(1.5, 'p0', 'stop')
    expect(kept.lines).toEqual(['1.500 p0 start'])
    const digest = kept.digest()
    expect(hashed.digest()).toBe(digest)
    expect(other.digest()).not.toBe(digest)
  })
})

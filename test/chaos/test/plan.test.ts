import { ABILITIES, KIND_TABLE, KINDS, makePlan, type Plan } from '@montana/chaos'
import { describe, expect, it } from 'vitest'

const ALL = new Map<never, string>()
const plan = (seed: number, minutes: number) => makePlan({ seed, minutes, lacks: ALL })
const kindsOf = ({ steps }: Plan) => new Set(steps.flatMap(({ faults }) => faults.map(({ kind }) => kind)))
const SEEDS = Array.from({ length: 50 }, (_, seed) => seed)

describe('makePlan', () => {
  it('gives one plan for one seed, and others for others', () => {
    expect(plan(7, 30)).toEqual(plan(7, 30))
    expect(new Set(SEEDS.map((seed) => JSON.stringify(plan(seed, 5).steps))).size).toBe(SEEDS.length)
  })

  it('has every kind of fault in five minutes, and pairs that overlap', () => {
    for (const seed of SEEDS) {
      const { steps, omitted } = plan(seed, 5)
      expect({ seed, omitted }).toEqual({ seed, omitted: [] })
      const pairs = steps.filter(({ faults: [one, other] }) => one && other && other.delayMs < one.durationMs)
      expect(pairs.length).toBeGreaterThan(0)
    }
  })

  it('says what the minutes do not reach', () => {
    const short = plan(1, 1)
    expect(short.omitted.map(({ kind }) => kind)).toEqual(KINDS.filter((kind) => !kindsOf(short).has(kind)))
    expect(short.omitted[0]?.reason).toBe('the minutes do not reach')
  })

  it('leaves out what the host cannot do, with the reason, and nothing else', () => {
    for (const ability of ABILITIES) {
      const lacks = new Map([[ability, `no ${ability}`]])
      const { omitted, steps } = makePlan({ seed: 3, minutes: 10, lacks })
      const affected = KINDS.filter((kind) => KIND_TABLE[kind].needs.includes(ability))
      expect(omitted).toEqual(affected.map((kind) => ({ kind, reason: `no ${ability}` })))
      expect(steps.length).toBeGreaterThan(0)
    }
  })

  it('keeps its steps apart and ends in time', () => {
    for (const seed of SEEDS) {
      const { steps, minutes } = plan(seed, 8)
      const ends = steps.map(({ startMs, faults, healMs }) => {
        return startMs + healMs + Math.max(...faults.map(({ delayMs, durationMs }) => delayMs + durationMs))
      })
      for (const [index, endMs] of ends.entries()) {
        expect(endMs).toBeLessThanOrEqual(steps[index + 1]?.startMs ?? minutes * 60_000)
      }
    }
  })

  it('never overlaps two faults of one sort', () => {
    const pairs = SEEDS.flatMap((seed) => plan(seed, 30).steps.map(({ faults }) => faults)).filter(
      ({ length }) => length > 1,
    )
    for (const pair of pairs) expect(pair.map(({ kind }) => KIND_TABLE[kind].sort)).toEqual(['node', 'link'])
  })
})

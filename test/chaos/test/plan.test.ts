import { ABILITIES, isPartition, KIND_TABLE, KINDS, makePlan, PARTITIONS, type Plan } from '@montana/chaos'
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

  it('makes partitions as long as it is told, and hits whom it would have hit', () => {
    const init = { seed: 11, minutes: 30, lacks: ALL }
    const [long, usual] = [makePlan({ ...init, partitionSeconds: 60 }), makePlan(init)]
    const partitions = ({ steps }: Plan) =>
      steps.flatMap(({ faults }) => faults).filter(({ kind }) => isPartition(kind))
    const targets = (plan: Plan) => partitions(plan).map(({ kind, targets }) => ({ kind, targets }))
    expect(partitions(long).length).toBeGreaterThan(PARTITIONS.length)
    expect(new Set(partitions(long).map(({ durationMs }) => durationMs))).toEqual(new Set([60_000]))
    expect(targets(usual).slice(0, PARTITIONS.length)).toEqual(targets(long).slice(0, PARTITIONS.length))
    const others = ({ steps }: Plan) => steps.flatMap(({ faults }) => faults).filter(({ kind }) => !isPartition(kind))
    expect(others(usual).slice(0, 8)).toEqual(others(long).slice(0, 8))
  })

  it('says that minutes do not reach for partitions that last longer', () => {
    const { steps, omitted } = makePlan({ seed: 1, minutes: 2, lacks: ALL, partitionSeconds: 600 })
    const late = omitted.map(({ kind }) => kind)
    expect(late).toEqual(expect.arrayContaining([...PARTITIONS]))
    expect(steps.length).toBeGreaterThan(0)
  })

  it('does only the kinds that it is told, and says so of the others', () => {
    const kinds = ['ring', 'isolated'] as const
    const chosen = makePlan({ seed: 1, minutes: 5, lacks: ALL, kinds })
    expect(kindsOf(chosen)).toEqual(new Set(kinds))
    expect(chosen.steps.every(({ faults }) => faults.length === 1)).toBe(true)
    const reason = 'this run was told to do others only'
    const others = KINDS.filter((kind) => !kinds.some((one) => one === kind))
    expect(chosen.omitted).toEqual(others.map((kind) => ({ kind, reason })))
  })
})

import { describe, expect, it } from 'vitest'
import type { FenceRecord } from '../../src/contracts/fence.js'
import type { SentinelMemory } from '../../src/decide/memory.js'
import { type Observation, type Observed, observe } from '../../src/decide/observe.js'
import { DEFAULTS, MIN } from './support/gap-replay.js'
import { record } from './support/records.js'

const DAY = 24 * 60 * MIN
const START = Date.UTC(2026, 1, 7)
const iso = (ms: number) => new Date(ms).toISOString()

function seen(part: Partial<Observation> & { fence?: Partial<FenceRecord> } = {}): Observation {
  const { fence, ...rest } = part
  const heartbeats = { ownHeartbeat: iso(START), primaryHeartbeat: null }
  return { controlProblem: null, record: record(fence), ...heartbeats, primary: null, ...rest }
}

/** Minutes after the start, by the observer's clock, and what is seen then. */
function watch(steps: readonly [number, Observation][], memory: SentinelMemory | null = null): Observed[] {
  let last = memory
  return steps.map(([minute, observation]) => {
    const result = observe(last, observation, START + minute * MIN, DEFAULTS)
    // As it is kept: through JSON.
    last = JSON.parse(JSON.stringify(result.memory)) as SentinelMemory
    return result
  })
}

const every = (from: number, to: number, observation: Observation): [number, Observation][] =>
  Array.from({ length: (to - from) / 30 + 1 }, (_, i) => [from + i * 30, observation])

describe('the sentinel', () => {
  it('promotes after three hours and three observations of silence, and not before', () => {
    const results = watch(every(0, 240, seen()))
    expect(results.map(({ decision }) => decision)).toEqual([...Array(6).fill('none'), 'wait', 'wait', 'promote'])
    expect(results.at(-1)?.explanation).toContain('no tick for 4 h')
  })

  it('begins at age zero when it has no memory', () => {
    expect(watch([[10_000, seen()]]).at(-1)).toMatchObject({ verdict: 'healthy', decision: 'none' })
  })

  it('tries again one interval later at the earliest, although a failed promotion wrote the record', () => {
    const released = seen({ fence: { epoch: 2, state: 'released', holder: 'github:2', role: 'TEMPORARY_MASTER' } })
    const results = watch([...every(0, 240, seen()), [255, released], [270, released]])
    expect(results.slice(-3).map(({ decision }) => decision)).toEqual(['promote', 'wait', 'promote'])
  })

  it('takes an epoch in which another repository acted for a sign of life, even when it is over', () => {
    const other = { epoch: 2, renewal: 4, state: 'released', holder: 'github:3' } as const
    const results = watch([...every(0, 210, seen()), [240, seen({ fence: other })]])
    expect(results.at(-1)).toMatchObject({ verdict: 'healthy', decision: 'none' })
  })

  it.each<[string, Partial<FenceRecord>]>([
    ['automatic promotion is off', { autoPromote: false }],
    ['a hold runs', { holdUntil: iso(START + DAY) }],
    ['a hold ended less than the skew ago', { holdUntil: iso(START + 231 * MIN) }],
    ['the end of a hold cannot be read', { holdUntil: 'tomorrow' }],
    ['a reset paused the mirrors', { paused: true }],
  ])('only alerts when %s', (_, fence) => {
    expect(watch(every(0, 240, seen({ fence }))).at(-1)?.decision).toBe('alert')
  })

  it('promotes when the hold is over', () => {
    const fence = { holdUntil: iso(START + 230 * MIN) }
    expect(watch(every(0, 240, seen({ fence }))).at(-1)?.decision).toBe('promote')
  })

  it('does not take a hold, a pause or an unreadable file for a sign of life', () => {
    const results = watch([
      ...every(0, 120, seen()),
      ...every(150, 210, seen({ fence: { nonce: 'held', actor: 'operator' }, ownHeartbeat: 'x' })),
      ...every(240, 240, seen({ ownHeartbeat: null })),
    ])
    expect(results.at(-1)?.decision).toBe('promote')
    expect(results.at(-2)?.findings).toMatchObject([{ code: 'heartbeat-invalid' }])
  })

  it('keeps its count while its own side fails, and starts over after one sign of life', () => {
    const blind = seen({ controlProblem: 'fence unreachable', record: null })
    const silence = every(0, 210, seen())
    expect(watch([...silence, [240, blind], [270, seen()]]).at(-1)?.decision).toBe('promote')
    const alive = seen({ ownHeartbeat: iso(START + 1) })
    expect(watch([...silence, [240, alive], [270, alive]]).at(-1)?.memory.count.count).toBe(0)
  })

  it.each([
    ['account gone', seen({ primary: 'gone' })],
    ['token refused', seen({ primary: 'denied' })],
    ['limit reached', seen({ primary: 'rate-limited' })],
    ['unreachable', seen({ primary: 'unreachable' })],
  ])('%s: promotes by silence alone, not by reachability', (_, observation) => {
    const ticking = Array.from({ length: 20 }, (_, i): [number, Observation] => {
      return [i * 30, { ...observation, ownHeartbeat: iso(START + i * 30 * MIN) }]
    })
    expect(watch(ticking).every(({ verdict }) => verdict === 'healthy')).toBe(true)
    expect(watch(every(0, 240, observation)).at(-1)?.decision).toBe('promote')
  })

  it('shows a record that went back', () => {
    const results = watch([
      [0, seen({ fence: { epoch: 3, renewal: 7 } })],
      [30, seen({ fence: { epoch: 3, renewal: 6 } })],
    ])
    expect(results.at(-1)?.findings).toMatchObject([{ code: 'fence-went-back' }])
  })
})

/** A primary that ticks every 150 min, seen every 30 min by an observer whose clock differs by a function of the time. */
function clocks(primaryClock: (minute: number) => number, observerClock: (minute: number) => number) {
  const steps = Array.from({ length: 5 * 48 }, (_, i): [number, Observation] => {
    const minute = i * 30
    const tick = Math.floor(minute / 150)
    const heartbeat = iso(START + (tick * 150 + primaryClock(tick * 150)) * MIN)
    const fence = { renewal: tick, renewedAt: heartbeat }
    return [minute + observerClock(minute), seen({ fence, ownHeartbeat: heartbeat })]
  })
  const results = watch(steps)
  return {
    promotions: results.filter(({ decision }) => decision === 'promote').length,
    findings: new Set(results.flatMap(({ findings }) => findings.map(({ code }) => code))),
  }
}

const HALF = 60 * 60
const DAY_MINUTES = 24 * 60

describe('scenario 16: clocks', () => {
  const right = () => 0
  const steps: [string, (minute: number) => number][] = [-DAY_MINUTES, -10, 10, DAY_MINUTES].flatMap((off) => [
    [`always ${off} min off`, () => off],
    [`set by ${off} min`, (minute: number) => (minute < HALF ? 0 : off)],
    [`set back from ${off} min`, (minute: number) => (minute < HALF ? off : 0)],
    [`jumping by ${off} min now and then`, (minute: number) => (minute % 420 < 30 ? off : 0)],
  ])

  it.each(steps)('the primary %s: no false promotion', (_, clock) => {
    expect(clocks(clock, right).promotions).toBe(0)
  })

  it.each(steps)('the observer %s: no false promotion', (_, clock) => {
    expect(clocks(right, clock).promotions).toBe(0)
  })

  it('shows a primary ahead, a primary that went back, and its own clock', () => {
    expect(clocks(() => DAY_MINUTES, right).findings).toContain('clock-ahead')
    expect(clocks(() => 10, right).findings).toEqual(new Set())
    expect(clocks((minute) => (minute < HALF ? DAY_MINUTES : 0), right).findings).toContain('clock-went-back')
    expect(clocks(right, (minute) => (minute < HALF ? 0 : -DAY_MINUTES)).findings).toContain('observer-clock-went-back')
    expect(clocks(right, (minute) => (minute < HALF ? 0 : DAY_MINUTES)).findings).toContain('observer-was-away')
  })

  it('takes no step of its own clock for a silence: an observation adds an hour at most', () => {
    const jump = 180
    const minutes = [0, 30, 45 + jump, 75 + jump, 105 + jump]
    const results = watch(minutes.map((minute): [number, Observation] => [minute, seen()]))
    expect(results.map(({ verdict }) => verdict)).toEqual(Array(5).fill('healthy'))
    expect(results.at(-1)?.explanation).toContain('2 h 30 min')
    // The silence goes on.
    expect(watch(every(135 + jump, 225 + jump, seen()), results.at(-1)?.memory).at(-1)?.decision).toBe('promote')
  })

  it('still promotes a dead primary whose clock was a day ahead, and after its own clock went back', () => {
    const ahead = seen({ ownHeartbeat: iso(START + DAY) })
    expect(watch(every(0, 240, ahead)).at(-1)?.decision).toBe('promote')
    const back = [...every(0, 120, seen()), ...every(120 - DAY_MINUTES, 240 - DAY_MINUTES, seen())]
    expect(watch(back).at(-1)?.decision).toBe('promote')
  })
})

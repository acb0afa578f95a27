import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { SentinelSettings } from '../../src/decide/time-budget.js'
import { DEFAULTS, MIN, percentile, promotions, runsWith } from './support/gap-replay.js'

const FIXTURE = join(import.meta.dirname, '..', 'fixtures', 'tick-gaps.json')
const { minutes: GAPS } = JSON.parse(readFileSync(FIXTURE, 'utf8')) as { minutes: number[] }
const TICKS = runsWith(GAPS)
const END = TICKS.at(-1) ?? 0
const INTERVAL = 30
const PHASES = Array.from({ length: INTERVAL }, (_, phase) => phase)
const OFFSETS = GAPS.map((_, offset) => offset)
const TWO_HOURS = { ...DEFAULTS, stalenessMs: 120 * MIN }

function punctual(fromMinute: number, toMinute: number): number[] {
  return Array.from({ length: Math.floor((toMinute - fromMinute) / INTERVAL) + 1 }, (_, i) => fromMinute + i * INTERVAL)
}

/** A sentinel that suffers the same gaps, beginning with another one. */
function jittered(offset: number, phase = 0): number[] {
  return runsWith([...GAPS.slice(offset), ...GAPS.slice(0, offset)]).map((minute) => minute + phase)
}

function timerForm(settings: SentinelSettings): number[] {
  return PHASES.map((phase) => promotions({ ticks: TICKS, observations: punctual(phase, END), settings }).length)
}

function workflowForm(settings: SentinelSettings): number[] {
  const schedules = OFFSETS.flatMap((offset) => [0, 17, 41].map((phase) => jittered(offset, phase)))
  return schedules.map((minutes) => {
    const observations = minutes.filter((minute) => minute <= END)
    return promotions({ ticks: TICKS, observations, settings }).length
  })
}

const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0)

/** From every twelfth minute of these days as the one of death: minutes until the decision. */
function toPromotion(observationsOf: (trial: number) => readonly number[]): number[] {
  const deaths = Array.from({ length: Math.floor((END - 600) / 12) }, (_, i) => 300 + i * 12)
  return deaths.map((death, trial) => {
    const ticks = TICKS.filter((minute) => minute <= death)
    const after = observationsOf(trial).filter((minute) => minute >= (ticks.at(-2) ?? 0))
    const promoted = promotions({ ticks, observations: after, settings: DEFAULTS })
    return (promoted.at(-1) ?? Number.POSITIVE_INFINITY) - death
  })
}

describe('scenario 13: the gaps of a real schedule are not taken for its death', () => {
  it('has the fixture of the measurement', () => {
    expect([GAPS.length, Math.max(...GAPS), GAPS.filter((gap) => gap > 120).length]).toEqual([218, 213, 23])
  })

  it('timer form, every phase: no false promotion at the defaults', () => {
    expect(sum(timerForm(DEFAULTS))).toBe(0)
  })

  it('workflow form, every offset: no false promotion at the defaults', () => {
    expect(sum(workflowForm(DEFAULTS))).toBe(0)
  })

  it('the same replay finds what two hours would have done', () => {
    const perPhase = sum(timerForm(TWO_HOURS)) / PHASES.length
    expect(perPhase).toBeGreaterThan(3)
    expect(perPhase).toBeLessThan(8)
    // Its own gaps count for an hour at most, so it takes one observation less to be wrong.
    expect(sum(workflowForm(TWO_HOURS))).toBe(0)
    expect(sum(workflowForm({ ...TWO_HOURS, threshold: 1 }))).toBeGreaterThan(0)
  })

  it('and what a single observation at three hours would have done', () => {
    expect(sum(timerForm({ ...DEFAULTS, threshold: 1 })) / PHASES.length).toBeGreaterThan(3)
  })
})

describe('time from death to promotion', () => {
  it('timer form: median about 3.6 h, nine of ten within about 4.2 h', () => {
    const minutes = toPromotion((trial) => punctual((trial * 11) % INTERVAL, END + 600))
    expect(Math.abs(percentile(minutes, 0.5) / 60 - 3.6)).toBeLessThan(0.3)
    expect(Math.abs(percentile(minutes, 0.9) / 60 - 4.2)).toBeLessThan(0.3)
    expect(Math.min(...minutes)).toBeGreaterThanOrEqual(240 - Math.max(...GAPS))
  })

  it('workflow form, whose late observations count for an hour: median about 6.6 h, nine of ten within about 9.3 h', () => {
    const minutes = toPromotion((trial) => {
      const runs = jittered(trial % GAPS.length)
      return [...runs, ...runs.map((minute) => minute + END)]
    })
    expect(Math.abs(percentile(minutes, 0.5) / 60 - 6.6)).toBeLessThan(0.3)
    expect(Math.abs(percentile(minutes, 0.9) / 60 - 9.3)).toBeLessThan(0.3)
  })
})

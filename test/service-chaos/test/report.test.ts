import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cellsOf, type Job, judgeTrials, planTrials, Results, rowsIn, type TrialRow } from '@montana/service-chaos'
import { describe, expect, it } from 'vitest'

const INIT = { scenarios: ['kill', 'cut'], dead: [1, 4], trials: 10, seed: 7 } as const
const plan = planTrials(INIT)

function rowOf(job: Job, change: Partial<TrialRow> = {}): TrialRow {
  const gap_ms = 3_000 + job.trial * 10
  return {
    ...{
      type: 'trial',
      ...job,
      attempt: 1,
      group: 'a',
      outcome: 'counted',
      reason: null,
      leader: 'spb',
      next: 'almaty',
    },
    ...{ down: [], gap_ms, candidate_ms: 2_000, acting_ms: 2_500, stall_ms: 20, waiting_percent: 40 },
    ...{ requests: 100, failed: 30, violations: [], commit: null, at: '2026-01-01T00:00:00.000Z' },
    ...change,
  }
}

const rows = plan.map((job) => rowOf(job))
const judge = (changed: readonly TrialRow[]) => judgeTrials(cellsOf(plan, changed), changed)
const except = (index: number, change: Partial<TrialRow>) =>
  rows.map((row, at) => (at === index ? { ...row, ...change } : row))

describe('the plan of the trials', () => {
  it('has each trial once, in an order of its seed', () => {
    expect(new Set(plan.map((job) => JSON.stringify(job))).size).toBe(40)
    expect(planTrials(INIT)).toEqual(plan)
    expect(planTrials({ ...INIT, seed: 8 })).not.toEqual(plan)
  })
})

describe('the judgement of the trials', () => {
  it('passes what is whole and within the bounds', () => {
    expect(judge(rows)).toEqual({ verdict: 'PASS', failures: [], too_little: [] })
    expect(cellsOf(plan, rows)[0]).toMatchObject({
      ...{ scenario: 'kill', dead: 1, counted: 10, stalled: 0 },
      gap: { p50_ms: 3_050, p90_ms: 3_090, p99_ms: 3_100, max_ms: 3_100 },
    })
  })

  it('is void when a trial is missing, or when the host stood still in it', () => {
    expect(judge(rows.slice(1)).verdict).toBe('VOID')
    expect(judge(except(0, { outcome: 'stalled' })).verdict).toBe('VOID')
  })

  it('takes the repetition of a trial and counts its first attempt as repeated', () => {
    const [first, ...others] = rows
    const again = first ? [{ ...first, outcome: 'stalled' as const }, { ...first, attempt: 2 }, ...others] : []
    expect(judge(again).verdict).toBe('PASS')
    expect(cellsOf(plan, again).reduce((sum, { stalled }) => sum + stalled, 0)).toBe(1)
  })

  it('is void when more of a cell was repeated than one trial in ten', () => {
    const again = rows.filter(({ trial }) => trial <= 2).map((row) => ({ ...row, outcome: 'stalled' as const }))
    const judgement = judge([...again, ...rows.map((row) => ({ ...row, attempt: 2 }))])
    expect(judgement).toMatchObject({ verdict: 'VOID', failures: [] })
    expect(judgement.too_little).toContain('kill with 1 dead: 2 trials repeated, at most 1 may be')
  })

  it('keeps the gap of a trial that failed afterwards', () => {
    const changed = except(0, { outcome: 'failed', reason: 'the group was not whole again afterwards', gap_ms: 14_000 })
    expect(judge(changed).failures[0]).toMatch(/not whole again/)
    expect(cellsOf(plan, changed).map(({ gap }) => gap.max_ms)).toContain(14_000)
    expect(cellsOf(plan, changed).reduce((sum, { failed }) => sum + failed, 0)).toBe(1)
  })

  it.each<[string, Partial<TrialRow>]>([
    ['a group that lost its leader when others went', { outcome: 'failed', reason: 'not whole before', gap_ms: null }],
    ['a gap at the bound of the 99th percentile', { gap_ms: 10_000 }],
    ['nobody who served', { gap_ms: null }],
    ['a violation, though its gap does not count', { outcome: 'stalled', violations: ['fence: x'] }],
  ])('fails for %s', (_, change) => {
    expect(judge(except(0, change)).verdict).toBe('FAIL')
  })

  it('fails for a median above the bound', () => {
    expect(judge(rows.map((row) => ({ ...row, gap_ms: 4_001 }))).failures).toHaveLength(4)
  })
})

it('reads what an interrupted run has written, without the line that was torn', () => {
  const text = rows.map((row) => JSON.stringify(row)).join('\n')
  expect(rowsIn(text)).toEqual(rows)
  expect(rowsIn(text.slice(0, -5))).toHaveLength(rows.length - 1)
})

it('goes on only behind results of the same code', () => {
  const dir = mkdtempSync(join(tmpdir(), 'montana-results-'))
  const path = join(dir, 'results.jsonl')
  const [job] = plan
  try {
    for (const commit of ['aa', 'aa-dirty', null]) if (job) new Results(path, commit).add(rowOf(job, { commit }))
    const taken = ['aa', 'bb', 'aa-dirty', null].map((commit) => new Results(path, commit).rows.length)
    expect(taken).toEqual([1, 0, 0, 0])
  } finally {
    rmSync(dir, { recursive: true })
  }
})

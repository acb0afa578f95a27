import { describe, expect, it } from 'vitest'
import type { RunData } from '../../src/analysis/run-data.js'
import { judge } from '../../src/verdict/findings.js'
import { ROWS } from '../../src/verdict/rows/definitions.js'
import { judgeRows, overallVerdict } from '../../src/verdict/rows/judge.js'
import { at, away, builds, drill, withDrills } from '../support/drilled.js'
import { type Change, quality, runData, thresholds } from '../support/run-data.js'

describe('verdict rows', () => {
  const rowsOf = (run: RunData) => judgeRows({ data: run, thresholds, tests: [], ...judge(run, thresholds) })
  const verdictOf = (run: RunData, component: string) => rowsOf(run).find((row) => row.component === component)?.verdict
  const day = runData({ polls: 289 })

  it('the watchdog passes after a whole day, and not before', () => {
    expect(verdictOf(day, 'Soak watchdog')).toBe('PASS')
    expect(verdictOf(runData({ polls: 288 }), 'Soak watchdog')).toBe('INSUFFICIENT')
    expect(verdictOf({ ...day, run: { ...day.run, time_scale: 60 } }, 'Soak watchdog')).toBe('INSUFFICIENT')
  })

  it('a broken file fails the watchdog and proves nothing else', () => {
    const broken = {
      ...day,
      quality: quality(289, { defects: [{ file: 'soak.jsonl', line: 3, seq: 2, kind: 'chain_break' }] }),
    }
    expect(verdictOf(broken, 'Soak watchdog')).toBe('FAIL')
    expect(verdictOf(broken, 'Multi-confirmer quorum')).toBe('INSUFFICIENT')
  })

  it('a drill excuses nothing that goes on after it', () => {
    const gone = runData({ polls: 40, changes: { armenia: away(4, 30) } })
    const { findings, noticed } = judge(withDrills(gone, [drill({})]), thresholds)
    expect(findings.find(({ id }) => id === 'F-UNREACH')).toMatchObject({ severity: 'critical', drill: null })
    expect(noticed.get('drill')).toEqual(['F-UNREACH:armenia'])
  })

  it('a drill that nobody noticed fails the watchdog', () => {
    expect(verdictOf(withDrills(day, [drill({})]), 'Soak watchdog')).toBe('FAIL')
  })

  it('what is declared absent is N-A, and its findings still close the gate', () => {
    const claims = [{ component: 'Fast-sync M7' as const, state: 'absent' as const, claim: '', span_s: null }]
    expect(verdictOf({ ...day, run: { ...day.run, claims } }, 'Fast-sync M7')).toBe('N-A')
  })

  it('without tests a row that needs them is INSUFFICIENT, with a failed one FAIL', () => {
    const built = runData({ polls: 289, changes: builds('abc') })
    const context = { data: built, thresholds, ...judge(built, thresholds) }
    const suites = ['test/simulation/test/seeds', 'packages/consensus/test/vote/rounds', 'test/e2e/adversary']
    const results = (result: 'passed' | 'failed') =>
      suites.map((suite) => ({ suite: `${suite}.test.ts`, case: 'a case', commit: 'abc', result }))
    const quorum = (tests: ReturnType<typeof results>) =>
      judgeRows({ ...context, tests }).find(({ component }) => component === 'Multi-confirmer quorum')
    expect(quorum([])?.verdict).toBe('INSUFFICIENT')
    expect(quorum([...results('passed'), ...results('failed')])?.verdict).toBe('FAIL')
    expect(quorum(results('passed').slice(1))?.verdict).toBe('INSUFFICIENT')
    expect(quorum(results('passed'))).toMatchObject({ verdict: 'PASS', reasons: [] })
  })

  it('tests of another revision than the nodes ran prove nothing about them', () => {
    const suites = ['test/simulation/test/seeds', 'packages/consensus/test/vote/rounds', 'test/e2e/adversary']
    const verdictAt = (commit: string, changes = builds('abcdef012345')) => {
      const built = runData({ polls: 289, changes })
      const tests = suites.map((suite) => ({
        suite: `${suite}.test.ts`,
        case: 'a case',
        commit,
        result: 'passed' as const,
      }))
      const rows = judgeRows({ data: built, thresholds, tests, ...judge(built, thresholds) })
      return rows.find(({ component }) => component === 'Multi-confirmer quorum')?.verdict
    }
    expect(verdictAt(`abcdef012345${'0'.repeat(28)}`)).toBe('PASS')
    expect(verdictAt('0'.repeat(40))).toBe('INSUFFICIENT')
    expect(verdictAt(`abcdef012345${'0'.repeat(28)}-dirty`)).toBe('INSUFFICIENT')
    const oneUnknown = { ...builds('abcdef012345'), moscow: () => ({ build: '0.1.0' }) }
    expect(verdictAt(`abcdef012345${'0'.repeat(28)}`, oneUnknown)).toBe('INSUFFICIENT')
  })

  it('nothing rests on a run of which the bounds were not fixed before it', () => {
    const context = { data: day, thresholds, tests: [], ...judge(day, thresholds) }
    const rows = judgeRows({ ...context, undeclared: ['other thresholds'] })
    const watchdog = rows.find(({ component }) => component === 'Soak watchdog')
    expect(watchdog).toMatchObject({ verdict: 'INSUFFICIENT', reasons: ['other thresholds'] })
  })

  it('a drill without an end makes no day of a node that was gone', () => {
    const forever = drill({ duration_s: null, toMs: null })
    const gone = runData({ polls: 289, changes: { armenia: away(4, 288) } })
    const row = rowsOf(withDrills(gone, [forever])).find(({ component }) => component === 'Soak watchdog')
    expect(row).toMatchObject({ verdict: 'INSUFFICIENT', reasons: ['not there for these 24 hours: armenia'] })
  })

  it('hashes that were hardly ever told, or never by all at once, compare nothing', () => {
    const reasonOf = (changes: Record<string, Change>) => {
      const row = rowsOf(runData({ polls: 289, changes })).find(({ component }) => component === 'Follower drift fix')
      return row?.reasons[0]
    }
    const rarely: Change = (_, poll) => (poll % 10 === 0 ? {} : { commonHeaderHash: null, commonStateRoot: null })
    expect(reasonOf({ armenia: rarely })).toBe('mostly without hashes to compare: armenia')
    const half = (part: number): Change => {
      return (_, poll) => (poll % 2 === part ? {} : { commonHeaderHash: null, commonStateRoot: null })
    }
    expect(reasonOf({ armenia: half(0), moscow: half(1) })).toBe('no window at which all nodes could be compared')
  })

  it('the whole passes only where every row does', () => {
    const rows = rowsOf(day)
    expect(rows).toHaveLength(ROWS.length + 1)
    expect(overallVerdict(rows)).toBe('INSUFFICIENT')
    expect(overallVerdict(rows.map((row) => ({ ...row, verdict: 'PASS' as const })))).toBe('PASS')
  })

  it('an open critical finding never passes, whatever it touches', () => {
    const fork: Change = (_, poll) => (poll === 5 ? { commonStateRoot: 'f'.repeat(64) } : {})
    const rows = rowsOf(runData({ polls: 289, changes: { armenia: fork } }))
    expect(rows.at(-1)).toMatchObject({
      component: 'Closing text',
      verdict: 'FAIL',
      findings: ['F-FORK:armenia-moscow'],
    })
  })

  it('F-VERDICT: a statement that all is well while a critical finding is open', () => {
    const priorPasses = [{ text: 'suitable for release', evidence: 'doc:report@1' }]
    const { findings } = judge(runData({ changes: { armenia: away(4, 6) }, data: { priorPasses } }), thresholds)
    expect(findings.find(({ id }) => id === 'F-VERDICT')).toMatchObject({ severity: 'critical', value: 1 })
    expect(judge(runData({ data: { priorPasses } }), thresholds).findings).toEqual([])
    const before = [{ ...priorPasses[0], fromMs: at(-9), toMs: at(-1) }] as RunData['priorPasses']
    const later = judge(runData({ changes: { armenia: away(4, 6) }, data: { priorPasses: before } }), thresholds)
    expect(later.findings.filter(({ id }) => id === 'F-VERDICT')).toEqual([])
  })
})

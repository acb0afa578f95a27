import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Drill, RunData } from '../src/analysis/run-data.js'
import { buildReport } from '../src/report/build.js'
import { reportSchema } from '../src/report/schema.js'
import { judge } from '../src/verdict/findings.js'
import { ROWS } from '../src/verdict/rows/definitions.js'
import { judgeRows, overallVerdict } from '../src/verdict/rows/judge.js'
import { AWAY, type Change, INTERVAL_MS, LABELS, quality, runData, START_MS, thresholds } from './support/run-data.js'

const builds = (revision: string): Record<string, Change> =>
  Object.fromEntries(LABELS.map((label) => [label, () => ({ build: `0.1.0+${revision}` })]))
const at = (poll: number) => START_MS + poll * INTERVAL_MS
const away =
  (first: number, last: number): Change =>
  (_, poll) =>
    poll >= first && poll <= last ? AWAY : {}

function drill(extra: Partial<Drill>): Drill {
  return {
    id: 'drill',
    kind: 'kill',
    label: 'armenia',
    peer: null,
    window: 10,
    duration_s: 600,
    fromMs: at(4) - 10,
    toMs: at(6),
    ...extra,
  }
}

function withDrills(data: RunData, drills: readonly Drill[]): RunData {
  const planned = drills.map(({ fromMs: _from, toMs: _to, ...plan }) => plan)
  return { ...data, drills, run: { ...data.run, drills: planned } }
}

describe('causes', () => {
  it('a node that is away explains its own silence, also towards its peers', () => {
    const quiet: Change = ({ peers }, poll) => ({
      peers: peers.map((peer) =>
        peer.label === 'armenia' && poll >= 4
          ? { ...peer, ok: peer.ok - 60 * Math.min(3, poll - 3), sent: peer.sent }
          : peer,
      ),
    })
    const timeouts: Change = (sample, poll) => {
      const { peers = [] } = quiet(sample, poll)
      return { peers: peers.map((peer) => ({ ...peer, timeout: peer.sent - peer.ok })) }
    }
    const { findings } = judge(runData({ changes: { armenia: away(4, 6), moscow: timeouts } }), thresholds)
    expect(findings.map(({ key, explained_by }) => [key, explained_by])).toEqual([
      ['F-HB-RANGE:moscow-armenia', 'F-UNREACH:armenia'],
      ['F-COVERAGE:armenia', 'F-UNREACH:armenia'],
      ['F-UNREACH:armenia', null],
    ])
  })

  it('a poll that was missed is no reason for a standstill of hours, nor is a restart', () => {
    const still: Change = (_, poll) =>
      poll >= 4
        ? {
            window: 120,
            headerHash: null,
            stateRoot: null,
            commonHeaderHash: null,
            commonStateRoot: null,
            ...(poll === 20 ? AWAY : {}),
          }
        : {}
    const missed = judge(runData({ polls: 40, changes: { armenia: still } }), thresholds)
    expect(missed.findings.map(({ id, severity, explained_by }) => [id, severity, explained_by])).toEqual([
      ['F-STALL', 'critical', null],
      ['F-UNREACH', 'warning', null],
    ])
    const behind: Change = (_, poll) => ({
      ...(poll >= 4 ? { lag: 50 } : {}),
      ...(poll >= 20 ? { instance: 'other', startMs: at(19), uptimeS: 300 * (poll - 19) } : {}),
    })
    const restarted = judge(runData({ polls: 40, changes: { armenia: behind } }), thresholds)
    const open = restarted.findings.filter(({ id, explained_by }) => id === 'F-LAG' && explained_by === null)
    expect(open.length).toBeGreaterThan(0)
  })

  it('missing every tenth poll is no absence that explains the coverage', () => {
    const rare: Change = (_, poll) => (poll % 10 === 5 ? AWAY : {})
    const { findings } = judge(runData({ polls: 40, changes: { armenia: rare } }), thresholds)
    expect(findings.find(({ id }) => id === 'F-COVERAGE')).toMatchObject({ node: 'armenia', explained_by: null })
  })

  it('two of four away for one poll of a long standstill do not explain it', () => {
    const still: Change = (_, poll) =>
      poll >= 4 ? { window: 120, headerHash: null, stateRoot: null, commonHeaderHash: null, commonStateRoot: null } : {}
    const gone: Change = (sample, poll) => ({ ...still(sample, poll), ...(poll === 20 ? AWAY : {}) })
    const changes = { armenia: gone, helsinki: gone, moscow: still, frankfurt: still }
    const { findings } = judge(runData({ polls: 40, changes }), thresholds)
    const stalls = findings.filter(({ id }) => id === 'F-STALL')
    expect(stalls.map(({ explained_by }) => explained_by)).toEqual([null, null, null, null])
  })

  it('with two of four away everybody stands still, and the absence explains it', () => {
    const still: Change = (_, poll) =>
      poll >= 4 && poll <= 7
        ? { window: 120, headerHash: null, stateRoot: null, commonHeaderHash: null, commonStateRoot: null }
        : {}
    const changes = { armenia: away(4, 7), helsinki: away(4, 7), moscow: still, frankfurt: still }
    const { findings } = judge(runData({ changes }), thresholds)
    const stalls = findings.filter(({ id }) => id === 'F-STALL')
    expect(stalls.map(({ node }) => node)).toEqual(['frankfurt', 'moscow'])
    expect(stalls.every(({ explained_by }) => explained_by?.startsWith('F-UNREACH'))).toBe(true)
    const one = judge(runData({ changes: { armenia: away(4, 7), moscow: still, frankfurt: still } }), thresholds)
    expect(one.findings.filter(({ id }) => id === 'F-STALL').map(({ explained_by }) => explained_by)).toEqual([
      null,
      null,
    ])
  })
})

describe('drills', () => {
  const data = runData({ changes: { armenia: away(4, 6) } })

  it('a planned absence carries the drill, and the drill was noticed', () => {
    const { findings, noticed } = judge(withDrills(data, [drill({})]), thresholds)
    expect(findings.map(({ drill }) => drill)).toEqual(['drill', 'drill'])
    expect(noticed.get('drill')).toEqual(['F-UNREACH:armenia'])
  })

  it('one that never ends excuses the absence of its node, not a standstill of the others long after', () => {
    const still: Change = (_, poll) => {
      return poll >= 20 && poll <= 23
        ? { window: 200, headerHash: null, stateRoot: null, commonHeaderHash: null, commonStateRoot: null }
        : {}
    }
    const changes = { armenia: away(4, 99), moscow: still, frankfurt: still, helsinki: still }
    const forever = drill({ duration_s: null, toMs: null })
    const { findings } = judge(withDrills(runData({ polls: 40, changes }), [forever]), thresholds)
    const stalls = findings.filter(({ id }) => id === 'F-STALL')
    expect(stalls).toHaveLength(3)
    expect(stalls.map(({ drill }) => drill)).toEqual([null, null, null])
    expect(findings.find(({ id }) => id === 'F-UNREACH')?.drill).toBe('drill')
  })

  it('a kill does not excuse a node that comes back with fewer windows', () => {
    const back: Change = (_, poll) =>
      poll >= 7 ? { window: 3, headerHash: null, stateRoot: null, commonHeaderHash: null, commonStateRoot: null } : {}
    const changes: Change = (sample, poll) => ({ ...away(4, 6)(sample, poll), ...back(sample, poll) })
    const { findings } = judge(withDrills(runData({ changes: { armenia: changes } }), [drill({})]), thresholds)
    expect(findings.find(({ id }) => id === 'F-REGRESS')).toMatchObject({ severity: 'critical', drill: null })
  })

  it.each([
    ['of another node', drill({ label: 'moscow' })],
    ['at another time', drill({ fromMs: at(9), toMs: at(10) })],
    ['of another kind', drill({ kind: 'clock' })],
  ])('one %s explains nothing and is not noticed', (_, other) => {
    const { findings, noticed } = judge(withDrills(data, [other]), thresholds)
    expect(findings.map(({ drill }) => drill)).toEqual([null, null])
    expect(noticed.get('drill')).toEqual([])
  })
})

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
    const claims = [{ component: 'Fast-sync M7', state: 'absent' as const, claim: '', span_s: null }]
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

describe('a report', () => {
  const input = (data: RunData) => ({
    ...{
      data,
      thresholds: { thresholds, sha256: 'c'.repeat(64) },
      tests: [],
      inputs: [],
      unknown: [],
      configSha256: null,
    },
    ...{
      generatedAt: '2026-01-02T00:00:00.000Z',
      orchestrator: 'collector',
      reproduction: { command: 'c', build: 'b' },
    },
  })

  it('fits its schema and is the same for the same input, whatever happened', () => {
    const labels = fc.constantFrom('moscow', 'frankfurt', 'helsinki', 'armenia')
    const spells = fc.array(fc.tuple(labels, fc.nat(20), fc.nat(5)), { maxLength: 4 })
    fc.assert(
      fc.property(spells, (all) => {
        const changes = Object.fromEntries(all.map(([label, first, length]) => [label, away(first, first + length)]))
        const text = JSON.stringify(buildReport(input(runData({ polls: 20, changes }))))
        expect(reportSchema.safeParse(JSON.parse(text)).error).toBeUndefined()
        expect(JSON.stringify(buildReport(input(runData({ polls: 20, changes }))))).toBe(text)
      }),
      { numRuns: 50 },
    )
  })

  it('names every finding in its rows by a key that exists', () => {
    const report = buildReport(input(runData({ changes: { armenia: away(4, 6), moscow: away(2, 2) } })))
    const keys = new Set(report.findings.map(({ key }) => key))
    expect(keys.size).toBe(report.findings.length)
    const named = [
      ...report.rows.flatMap(({ findings }) => findings),
      ...report.findings.flatMap(({ explained_by }) => explained_by ?? []),
    ]
    expect(named.filter((key) => !keys.has(key))).toEqual([])
  })

  it('says INSUFFICIENT of nothing at all', () => {
    const empty = runData({
      polls: 0,
      data: {
        fromMs: null,
        toMs: null,
        quality: quality(0, { coverage: null, expected: 0, lastSeq: null, lastSha256: null }),
      },
    })
    const report = buildReport(input(empty))
    expect(report.verdict).not.toBe('PASS')
    expect(report.findings.map(({ id }) => id)).toEqual(['F-COVERAGE'])
  })
})

import { describe, expect, it } from 'vitest'
import { digest, found, from, short } from '../support/findings.js'
import { AWAY, type Change, INTERVAL_MS, quality, runData, START_MS } from '../support/run-data.js'

describe('the evidence', () => {
  it('F-COVERAGE is a run, a gap or a node with too few polls', () => {
    const holes = quality(90, { expected: 100, missing: 10, coverage: 0.9 })
    expect(short({ data: { quality: holes } })).toEqual(['F-COVERAGE critical '])
    const gap = { fromMs: START_MS, toMs: START_MS + 3 * INTERVAL_MS, missingPolls: 2 }
    expect(short({ data: { quality: quality(288, { gaps: [gap] }) } })).toEqual(['F-COVERAGE critical '])
    expect(short({ data: { quality: quality(288, { gaps: [{ ...gap, missingPolls: 1 }] }) } })).toEqual([])
    expect(short({ changes: { armenia: from(4, AWAY, 5) } })).toEqual([
      'F-COVERAGE critical armenia',
      'F-UNREACH critical armenia',
    ])
  })

  const claim = {
    component: 'Soak watchdog' as const,
    state: 'claimed' as const,
    claim: 'active for 24 h',
    span_s: 86_400,
  }

  it('F-SHORTRUN is a claim over more time than a node was up, or than there are records of', () => {
    const young: Change = (_, poll) => ({ uptimeS: 600 + poll * 300 })
    const claims = [{ ...claim, span_s: 3600 }]
    expect(short({ run: { claims } })).toEqual([])
    const [finding] = found({ polls: 20, changes: { moscow: young }, run: { claims: [{ ...claim, span_s: 6001 }] } })
    expect(finding).toMatchObject({ id: 'F-SHORTRUN', node: null, value: 6000, threshold: 6001 })
    expect(
      found({ polls: 10, changes: { moscow: young }, run: { claims: [{ ...claim, span_s: 3400 }] } }),
    ).toMatchObject([
      { id: 'F-SHORTRUN', node: null, value: 3000 },
      { id: 'F-SHORTRUN', node: 'moscow', value: 3300, threshold: 3400 },
    ])
    expect(short({ changes: { moscow: young } })).toEqual([])
  })

  it('F-SHORTRUN: a declared kill splits the time and does not end it', () => {
    const restarted: Change = (_, poll) => (poll < 6 ? {} : { instance: 'moscow-2', uptimeS: 1000 + 300 * (poll - 6) })
    const drill = { id: 'k', kind: 'kill' as const, label: 'moscow', peer: null, window: null, duration_s: 3 }
    const at = { fromMs: START_MS + 5.5 * INTERVAL_MS, toMs: START_MS + 5.6 * INTERVAL_MS }
    const init = { changes: { moscow: restarted }, run: { claims: [{ ...claim, span_s: 89_000 }] } }
    expect(short(init)).toContain('F-SHORTRUN critical moscow')
    expect(short({ ...init, data: { drills: [{ ...drill, ...at }] } })).not.toContain('F-SHORTRUN critical moscow')
  })

  it('F-PHASE is "active" said of a node that only follows', () => {
    const init = { changes: { armenia: from(0, { phase: 'CandidateVdf' }) } }
    expect(short({ ...init, run: { claims: [{ ...claim, span_s: null }] } })).toEqual(['F-PHASE warning armenia'])
    expect(short(init)).toEqual([])
  })

  it('F-CHAIN names every place', () => {
    const defects = [{ file: 'soak.jsonl', line: 7, seq: 6, kind: 'chain_break' }]
    expect(found({ data: { quality: quality(12, { defects }) } })).toMatchObject([
      { id: 'F-CHAIN', severity: 'critical', evidence: ['file:soak.jsonl#L7'], text: '1 × chain_break' },
    ])
  })

  it('F-SYNC is a job without success, F-DOC a document that ends', () => {
    const job =
      (ageS: number): Change =>
      ({ tsMs }) => ({ jobs: [{ job: 'vpn', lastSuccessMs: (tsMs ?? 0) - ageS * 1000, code: 'OK' }] })
    expect(short({ changes: { moscow: job(601) } })).toEqual(['F-SYNC warning moscow'])
    expect(short({ changes: { moscow: job(1801) } })).toEqual(['F-SYNC critical moscow'])
    expect(short({ changes: { moscow: job(599) } })).toEqual([])
    const document = (days: number, state = 'ok') =>
      from(0, { manifest: { version: 1, sha256: 'b'.repeat(64), notAfterMs: START_MS + days * 86_400_000, state } })
    expect(short({ changes: { moscow: document(5) } })).toEqual(['F-DOC warning moscow'])
    expect(short({ changes: { moscow: document(-1) } })).toEqual(['F-DOC critical moscow'])
    expect(short({ changes: { moscow: document(30, 'equivocation') } })).toEqual(['F-DOC critical moscow'])
    expect(short({ changes: { moscow: document(30) } })).toEqual([])
  })
})

describe('trouble that hides', () => {
  it('a head that never moves is a standstill of every node', () => {
    const still: Change = () => ({
      window: 100,
      headerHash: null,
      stateRoot: null,
      commonHeaderHash: null,
      commonStateRoot: null,
    })
    const changes = Object.fromEntries(['moscow', 'frankfurt', 'helsinki', 'armenia'].map((label) => [label, still]))
    const data = runData({ polls: 40, changes })
    const polls = data.polls.map((poll) => ({ ...poll, headWindow: 100, commonWindow: 100 }))
    const stalls = found({ ...data, polls }).filter(({ id }) => id === 'F-STALL')
    expect(stalls.map(({ severity }) => severity)).toEqual(['critical', 'critical', 'critical', 'critical'])
    const once = data.polls.map((poll, index) => ({ ...poll, headWindow: index < 20 ? 100 : 101, commonWindow: 100 }))
    expect(found({ ...data, polls: once }).filter(({ id }) => id === 'F-STALL')).toHaveLength(4)
  })

  it('a fork shows in one hash alone', () => {
    const other: Change = (_, poll) => (poll === 5 ? { commonHeaderHash: 'f'.repeat(64), commonStateRoot: null } : {})
    expect(short({ changes: { armenia: other } })).toEqual(['F-FORK critical armenia moscow'])
  })

  it('a count of closes that falls within one process', () => {
    const fallen: Change = ({ peers }, poll) => ({
      peers: peers.map((entry) => (poll < 6 ? { ...entry, closed: 9 } : entry)),
    })
    const contra = found({ changes: { moscow: fallen } }).filter(({ id }) => id === 'F-HB-CONTRA')
    expect(contra.map(({ value }) => value)).toEqual([-9, -9, -9])
  })

  it('memory that grows in an instance that is not the longest', () => {
    const grown: Change = ({ rss }, poll) =>
      poll < 160 ? {} : { instance: 'second', uptimeS: 300 * (poll - 159), rss: (rss ?? 0) + (poll - 160) * 2 ** 20 }
    const slopes = found({ polls: 289, changes: { moscow: grown } }).filter(({ id }) => id === 'F-RSS')
    expect(slopes.map(({ severity, node }) => [severity, node])).toEqual([['warning', 'moscow']])
  })

  it('peers that are no longer in either list', () => {
    const lost = (gone: string): Change => {
      return ({ peers }, poll) => (poll >= 5 ? { peers: peers.filter(({ label }) => label !== gone) } : {})
    }
    expect(short({ changes: { moscow: lost('armenia'), armenia: lost('moscow') } })).toEqual([
      'F-LINK critical moscow armenia',
    ])
  })

  it('six exits in a log of ten minutes', () => {
    const log = digest({
      ...{ from: '2026-01-01T00:00:00.000Z', to: '2026-01-01T00:10:00.000Z' },
      units: [{ unit: 'montana-node.service', exits: 6, restarts: 6, timeouts: 0, start_limit_hits: 0 }],
    })
    expect(short({ data: { digests: [log] } })).toEqual(['F-CRASHLOOP critical moscow'])
  })

  it('a phase before the last', () => {
    const claims = [{ component: 'Soak watchdog' as const, state: 'claimed' as const, claim: 'active', span_s: null }]
    const joined: Change = (_, poll) => (poll < 9 ? { phase: 'CandidateVdf' } : {})
    expect(short({ changes: { armenia: joined }, run: { claims } })).toEqual(['F-PHASE warning armenia'])
  })

  it('restarts that the host counts although the process says that it is the same', () => {
    const counted: Change = (_, poll) => ({ restarts: poll < 6 ? 0 : 12 })
    expect(short({ changes: { moscow: counted } })).toEqual(['F-CRASHLOOP critical moscow'])
  })

  it('a lag under a negative age', () => {
    const young = from(4, { uptimeS: -1, lag: 40 })
    expect(short({ changes: { moscow: young } })).toContain('F-LAG critical moscow')
  })
})

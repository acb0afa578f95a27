import { describe, expect, it } from 'vitest'
import type { RunData, Sample } from '../../src/analysis/run-data.js'
import { rawFindings, ruleInput } from '../../src/rules/index.js'
import {
  AWAY,
  type Change,
  INTERVAL_MS,
  quality,
  type RunInit,
  runData,
  START_MS,
  thresholds,
  windowAt,
} from '../support/run-data.js'

function found(init: RunInit | RunData) {
  const data = 'quality' in init ? init : runData(init)
  return rawFindings(ruleInput(data, thresholds))
}

function short(init: RunInit | RunData): string[] {
  return found(init).map(({ id, severity, node, peer }) => [id, severity, node, ...(peer ? [peer] : [])].join(' '))
}

const from = (first: number, change: Partial<Sample>, last = Number.POSITIVE_INFINITY): Change => {
  return (_, poll) => (poll >= first && poll <= last ? change : {})
}

const digest = (extra: Partial<RunData['digests'][number]>): RunData['digests'][number] => ({
  ...{
    schema: 'montana.digest/1',
    label: 'moscow',
    from: null,
    to: null,
    source: 'journald',
    unattributed: 0,
    dropped: 0,
  },
  ...{ units: [], entries: [] },
  ...extra,
})
const unit = { unit: 'montana-node.service', exits: 0, restarts: 0, timeouts: 0, start_limit_hits: 0 }
const entry = {
  ...{ unit: 'montana-node.service', code: 'UNCODED', priority: 3, template: 't', count: 1, first: null, last: null },
  ...{ sample: 's', window_min: null, window_max: null },
}

describe('a healthy run', () => {
  it('has no finding', () => {
    expect(found({})).toEqual([])
    expect(found({ polls: 60, intervalMs: 5000, timeScale: 60, changes: paced(5000) })).toEqual([])
  })
})

/** The same run with polls closer together: as many pings as the time allows. */
function paced(intervalMs: number): Record<string, Change> {
  const change: Change = ({ peers }, poll) => {
    const ok = Math.floor((poll * intervalMs) / 5000)
    return { peers: peers.map((peer) => ({ ...peer, sent: ok, ok })) }
  }
  return Object.fromEntries(['moscow', 'frankfurt', 'helsinki', 'armenia'].map((label) => [label, change]))
}

describe('F-LAG', () => {
  it('warns of three polls more than one window behind', () => {
    expect(short({ changes: { helsinki: from(4, { lag: 2 }, 6) } })).toEqual(['F-LAG warning helsinki'])
  })

  it('says nothing of two polls, of one window, and of the warm-up of an instance', () => {
    expect(short({ changes: { helsinki: from(4, { lag: 2 }, 5) } })).toEqual([])
    expect(short({ changes: { helsinki: from(4, { lag: 1 }) } })).toEqual([])
    expect(short({ changes: { helsinki: from(0, { lag: 40, uptimeS: 100 }, 1) } })).toEqual([])
  })

  it('is critical above ten windows, at once', () => {
    const [finding] = found({ changes: { helsinki: from(4, { lag: 11 }, 4) } })
    expect(finding).toMatchObject({ severity: 'critical', value: 11, threshold: 10, evidence: ['soak:test:4-4'] })
  })
})

describe('F-STALL', () => {
  it('is a node whose window stays while the head goes on', () => {
    const stuck = from(4, { window: windowAt(3), headerHash: null, stateRoot: null })
    expect(short({ changes: { armenia: stuck } })).toEqual(['F-STALL critical armenia'])
  })

  it('is everybody when no window comes for two window periods', () => {
    const polls = runData({ polls: 40 })
    const still = (poll: number) => Math.min(poll, 20)
    const data: RunData = {
      ...polls,
      polls: polls.polls.map((poll) => ({ ...poll, headWindow: windowAt(still(poll.seq)) })),
      nodes: polls.nodes.map((node) => ({
        ...node,
        samples: node.samples.map((sample) => ({
          ...sample,
          window: windowAt(still(sample.seq)),
          headerHash: null,
          stateRoot: null,
        })),
      })),
    }
    expect(short(data)).toEqual(
      ['armenia', 'frankfurt', 'helsinki', 'moscow'].map((label) => `F-STALL critical ${label}`),
    )
  })

  it('is not two polls within one window', () => {
    const slow: Change = (_, poll) => ({
      window: 100 + Math.floor(poll / 2),
      headerHash: null,
      stateRoot: null,
      commonHeaderHash: null,
      commonStateRoot: null,
    })
    const data = runData({ polls: 20, changes: { moscow: slow, frankfurt: slow, helsinki: slow, armenia: slow } })
    const heads = data.polls.map((poll) => ({ ...poll, headWindow: 100 + Math.floor(poll.seq / 2) }))
    expect(short({ ...data, polls: heads })).toEqual([])
  })
})

describe('F-REGRESS', () => {
  it('is a window that goes down', () => {
    expect(short({ changes: { frankfurt: from(6, { window: 3, headerHash: null, stateRoot: null }, 6) } })).toContain(
      'F-REGRESS critical frankfurt',
    )
  })

  it('is a log that names windows far above the head', () => {
    const digests = [digest({ entries: [{ ...entry, window_min: 90, window_max: windowAt(11) + 50 }] })]
    expect(short({ data: { digests } })).toEqual(['F-REGRESS critical moscow'])
    const next = [digest({ entries: [{ ...entry, window_max: windowAt(11) + 1 }] })]
    expect(short({ data: { digests: next } })).toEqual([])
  })
})

describe('heartbeats', () => {
  const counting =
    (perPoll: number): Change =>
    ({ peers }, poll) => ({
      peers: peers.map((peer, at) =>
        at === 0 ? { ...peer, sent: 60 * poll, ok: perPoll * poll, timeout: (60 - perPoll) * poll } : peer,
      ),
    })

  it('F-HB-RANGE: fewer than nine tenths of what the connected time makes', () => {
    const [finding, ...others] = found({ changes: { moscow: counting(50) } })
    expect(others).toEqual([])
    expect(finding).toMatchObject({
      id: 'F-HB-RANGE',
      severity: 'warning',
      node: 'moscow',
      peer: 'frankfurt',
      value: 0.833,
    })
    expect(short({ changes: { moscow: counting(55) } })).toEqual([])
  })

  it('F-HB-RANGE: one bad period is not two', () => {
    const dip: Change = ({ peers }, poll) => {
      const lost = poll >= 6 ? 9 : 0
      return { peers: peers.map((peer) => ({ ...peer, ok: peer.ok - lost, timeout: lost })) }
    }
    expect(short({ changes: { moscow: dip } })).toEqual([])
  })

  it('F-HB-CONTRA: pings that are neither answered nor lost', () => {
    const leak: Change = ({ peers }, poll) => ({
      peers: peers.map((peer) => ({ ...peer, sent: peer.sent + (poll > 5 ? 2 : 1) })),
    })
    expect(short({ changes: { helsinki: leak } })).toEqual(['F-HB-CONTRA critical helsinki moscow'])
  })

  it('F-FLAP: more than twelve closes in an hour', () => {
    const flap =
      (total: number): Change =>
      ({ peers }, poll) => ({
        peers: peers.map((peer, at) => (at === 0 ? { ...peer, closed: Math.round((total * poll) / 11) } : peer)),
      })
    expect(short({ changes: { helsinki: flap(14) } })).toEqual(['F-FLAP warning helsinki moscow'])
    expect(short({ changes: { helsinki: flap(12) } })).toEqual([])
  })

  it('F-FLAP: in a compressed run an hour is as short as it declares', () => {
    const flap: Change = ({ peers }, poll) => ({ peers: peers.map((peer) => ({ ...peer, closed: poll })) })
    const init = { polls: 40, intervalMs: 5000, timeScale: 60, changes: { ...paced(5000), helsinki: flap } }
    expect(short(init).filter((text) => text.startsWith('F-FLAP'))).toEqual([])
  })
})

describe('processes', () => {
  it('F-UNREACH warns of one poll and is critical from two on', () => {
    expect(short({ polls: 40, changes: { armenia: from(4, AWAY, 4) } })).toEqual(['F-UNREACH warning armenia'])
    expect(short({ polls: 80, changes: { armenia: from(4, AWAY, 5) } })).toEqual(['F-UNREACH critical armenia'])
  })

  it('F-RESTART is another process than before', () => {
    const restarted = from(6, { instance: 'armenia-2', uptimeS: 1000, startMs: START_MS + 6 * INTERVAL_MS })
    expect(short({ changes: { armenia: restarted } })).toEqual(['F-RESTART warning armenia'])
  })

  it('F-CRASHLOOP counts exits in the log, and starts between polls', () => {
    const digests = [digest({ units: [{ ...unit, exits: 11 }] })]
    expect(short({ data: { digests } })).toEqual(['F-CRASHLOOP critical moscow'])
    expect(short({ data: { digests: [digest({ units: [{ ...unit, exits: 10 }] })] } })).toEqual([])
    const looping: Change = (_, poll) => ({
      instance: `x${poll}`,
      restarts: 3 * poll,
      startMs: START_MS + poll * INTERVAL_MS,
      uptimeS: 5000,
    })
    expect(short({ changes: { armenia: looping } })).toContain('F-CRASHLOOP critical armenia')
  })

  it('F-EACCES is a fatal error at three restarts', () => {
    const entries = [{ ...entry, code: 'EACCES', count: 3 }]
    expect(short({ data: { digests: [digest({ units: [{ ...unit, exits: 3 }], entries })] } })).toEqual([
      'F-EACCES critical moscow',
    ])
    expect(short({ data: { digests: [digest({ units: [{ ...unit, exits: 2 }], entries })] } })).toEqual([])
  })

  it('F-STOPTIMEOUT comes from the log or from the unit', () => {
    expect(short({ data: { digests: [digest({ units: [{ ...unit, timeouts: 1 }] })] } })).toEqual([
      'F-STOPTIMEOUT warning moscow',
    ])
    expect(short({ changes: { helsinki: from(3, { result: 'timeout' }) } })).toEqual(['F-STOPTIMEOUT warning helsinki'])
  })
})

describe('the host', () => {
  it('F-DISK is a refused write, little space or few inodes', () => {
    expect(short({ changes: { moscow: from(3, { degraded: ['LOG_ENOSPC'] }, 4) } })).toEqual(['F-DISK critical moscow'])
    expect(short({ changes: { moscow: from(3, { diskFree: 9e9 }) } })).toEqual(['F-DISK critical moscow'])
    expect(short({ changes: { moscow: from(3, { inodesFree: 4e5 }) } })).toEqual(['F-DISK critical moscow'])
    expect(short({ data: { digests: [digest({ entries: [{ ...entry, code: 'ENOSPC' }] })] } })).toEqual([
      'F-DISK critical moscow',
    ])
    expect(short({ changes: { moscow: from(3, { inodesFree: 0, inodesTotal: 0 }) } })).toEqual([])
  })

  it('F-RESOURCE names each kind of pressure', () => {
    const pressed = from(2, { load1: 2.1, swapUsed: 3.1e8, psiMemFull: 6 })
    expect(found({ changes: { helsinki: pressed } }).map(({ id, value }) => [id, value])).toEqual([
      ['F-RESOURCE', 2.1],
      ['F-RESOURCE', 31],
      ['F-RESOURCE', 6],
    ])
  })

  it('F-RSS is a process that is too small, or one that grows for six hours', () => {
    expect(short({ changes: { moscow: from(0, { rss: 8e6 }) } })).toEqual(['F-RSS info moscow'])
    const growing: Change = (_, poll) => ({ rss: 1e8 + poll * 2e5 + (poll % 3) * 1e4 })
    expect(short({ polls: 80, changes: { moscow: growing } })).toEqual(['F-RSS warning moscow'])
    expect(short({ polls: 60, changes: { moscow: growing } })).toEqual([])
    const noisy: Change = (_, poll) => ({ rss: 1e8 + (poll % 2) * 5e7 + poll * 1e5 })
    expect(short({ polls: 80, changes: { moscow: noisy } })).toEqual([])
  })

  it('F-CLOCK counts what is beyond the error of the measurement', () => {
    expect(short({ changes: { armenia: from(3, { clockOffsetMs: -30_000 }, 5) } })).toEqual([
      'F-CLOCK critical armenia',
    ])
    expect(short({ changes: { armenia: from(3, { clockOffsetMs: 600 }, 5) } })).toEqual(['F-CLOCK warning armenia'])
    expect(short({ changes: { armenia: from(3, { clockOffsetMs: 600, clockErrorMs: 200 }, 5) } })).toEqual([])
    expect(short({ changes: { armenia: from(3, { timeSynced: false }) } })).toEqual(['F-CLOCK warning armenia'])
  })
})

describe('the mesh', () => {
  const apart =
    (other: string, first: number, last: number): Change =>
    ({ peers }, poll) =>
      poll < first || poll > last
        ? {}
        : { peers: peers.map((peer) => (peer.label === other ? { ...peer, conns: 0 } : peer)) }

  it('F-LINK is a pair that both answer and are not connected, on either side', () => {
    const changes = { frankfurt: apart('armenia', 4, 6), armenia: apart('frankfurt', 4, 6) }
    expect(short({ changes })).toEqual(['F-LINK critical frankfurt armenia'])
    expect(short({ changes: { frankfurt: apart('armenia', 4, 6) } })).toEqual([])
    expect(short({ changes: { frankfurt: apart('armenia', 4, 4), armenia: apart('frankfurt', 4, 4) } })).toEqual([])
  })

  it('F-FORK is one window with two roots', () => {
    const other = from(5, { commonStateRoot: 'f'.repeat(64) }, 5)
    expect(short({ changes: { helsinki: other } })).toEqual(['F-FORK critical helsinki moscow'])
  })

  it('F-SKEW is another build for more than two periods', () => {
    expect(found({ changes: { helsinki: from(3, { build: '0.0.9' }, 6) } })).toMatchObject([
      { id: 'F-SKEW', node: 'helsinki', value: '0.0.9', threshold: '0.1.0' },
    ])
    expect(short({ changes: { helsinki: from(3, { build: '0.0.9' }, 4) } })).toEqual([])
  })

  it('F-CLASSICAL is a classical handshake where only post-quantum ones are allowed', () => {
    const classical: Change = ({ peers }) => ({ peers: peers.map((peer) => ({ ...peer, classical: 1 })) })
    expect(short({ changes: { moscow: classical } })).toEqual(['F-CLASSICAL critical moscow frankfurt'])
    expect(short({ changes: { moscow: classical }, run: { pq_only: false } })).toEqual([])
    expect(short({ data: { digests: [digest({ entries: [{ ...entry, code: 'TLS' }] })] } })).toEqual([
      'F-CLASSICAL critical moscow',
    ])
  })
})

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

  const claim = { component: 'Soak watchdog', state: 'claimed' as const, claim: 'active for 24 h', span_s: 86_400 }

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
    const claims = [{ component: 'x', state: 'claimed' as const, claim: 'active', span_s: null }]
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

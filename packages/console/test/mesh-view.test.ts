import { describe, expect, it } from 'vitest'
import { ALERTS_SHOWN, CODES_SHOWN, PEERS_SHOWN } from '../src/constants.js'
import { meshView } from '../src/mesh/mesh-view.js'
import { type Sample, statusSchema } from '../src/mesh/status.js'
import { type MemberInit, memberStatus } from './support/status.js'

const NOW_MS = Date.parse('2026-05-21T12:00:00.000Z')

function up(label: string, init: MemberInit = {}): Sample {
  const status = statusSchema.parse(memberStatus({ label, atMs: NOW_MS, ...init }))
  return { source: { label, statusUrl: 'http://127.0.0.1:1' }, status, error: null }
}

function away(label: string): Sample {
  const error = { code: 'TIMEOUT', text: 'no answer within 1500 ms' }
  return { source: { label, statusUrl: 'http://127.0.0.1:1' }, status: null, error }
}

function viewOf(...samples: Sample[]) {
  return meshView(samples, NOW_MS)
}

describe('the mesh at one moment', () => {
  it('says nothing of a mesh that does not answer', () => {
    const view = viewOf(away('moscow'))
    expect(view).toMatchObject({ head: null, cementedAgeMs: null, common: null, open: null, recent: [] })
    expect(view.members).toEqual({ active: null, up: 0 })
    const [node] = view.nodes
    const { label, reachable, error, degraded, findings, peers, ...measured } = node ?? {}
    expect([label, reachable, error?.code, degraded, findings, peers]).toEqual(['moscow', false, 'TIMEOUT', [], [], []])
    expect(new Set(Object.values(measured))).toEqual(new Set([null]))
  })

  it('compares hashes at the lowest window of all that answer', () => {
    expect(viewOf(up('a', { window: 12 }), up('b', { window: 10 })).common).toEqual({
      ...{ window: 10, agrees: 'yes', compared: 2 },
    })
  })

  it('sees another state root as a difference, in the windows where it is one', () => {
    const view = viewOf(up('a', { window: 12 }), up('b', { window: 12, forkedFrom: 11 }))
    expect(view.common?.agrees).toBe('no')
    expect(view.recent.slice(-3).map(({ agrees }) => agrees)).toEqual(['yes', 'no', 'no'])
  })

  it('claims no agreement of one node with itself, nor of a node that it could not compare', () => {
    expect(viewOf(up('a'), away('b')).common?.agrees).toBe('unknown')
    const far = viewOf(up('a', { window: 100 }), up('b', { window: 100 }), up('c', { window: 2 }))
    expect(far.common).toEqual({ window: 2, agrees: 'unknown', compared: 1 })
  })

  it('takes lag from the highest window', () => {
    const { nodes, head } = viewOf(up('a', { window: 9 }), up('b', { window: 12 }))
    expect([head, nodes.map(({ lag }) => lag)]).toEqual([{ label: 'b', window: 12 }, [3, 0]])
  })

  it('measures the age of the head by the clock of that node alone', () => {
    expect(viewOf(up('a', { atMs: NOW_MS + 3_600_000 })).cementedAgeMs).toBe(500)
  })

  it('gives durations only between windows that follow each other', () => {
    const { recent } = viewOf(up('a', { window: 10, recent: 3, windowMs: 2_000 }))
    expect(recent.map(({ window, tookMs }) => [window, tookMs])).toEqual([
      [8, null],
      [9, 2_000],
      [10, 2_000],
    ])
  })

  it('waits for those whom all others miss, whatever they think of themselves', () => {
    const all = ['frankfurt', 'helsinki']
    const view = viewOf(
      up('moscow', { waitsFor: all }),
      up('frankfurt', { waitsFor: ['helsinki'] }),
      up('late', { window: 9, waitsFor: [] }),
      away('helsinki'),
    )
    expect(view.open).toMatchObject({ window: 11, proposer: 'frankfurt', waitsFor: ['frankfurt', 'helsinki'] })
    const heard = viewOf(up('moscow', { waitsFor: all }), up('armenia', { waitsFor: ['helsinki'] }), away('helsinki'))
    expect(heard.open?.waitsFor).toEqual(['helsinki'])
  })

  it('counts as up the members that answer', () => {
    const view = viewOf(up('a'), up('b', { phase: 'Bootstrap' }), away('c'))
    expect(view.members).toEqual({ active: 3, up: 1 })
  })

  it('gives no heartbeat ratio while one ping on its way would be a loss', () => {
    const early = viewOf(up('a', { pingOk: 4 })).nodes[0]
    // The fixture has been connected for 59.5 s: 11 pings are expected, however few were counted.
    expect(early?.peers[0]?.heartbeats).toEqual({ ok: 4, expected: 11, ratio: 4 / 11 })
    const status = memberStatus({ atMs: NOW_MS, pingOk: 2 })
    const young = statusSchema.parse({ ...status, peers: status.peers.map((peer) => ({ ...peer, up_s: 11 })) })
    const view = viewOf({ source: { label: 'a', statusUrl: '' }, status: young, error: null })
    expect(view.nodes[0]?.peers[0]?.heartbeats).toEqual({ ok: 2, expected: 2, ratio: null })
  })

  it('leaves null what an older node does not tell', () => {
    const { vote, epoch, active_nodes, clock, ...older } = memberStatus({ atMs: NOW_MS })
    const status = statusSchema.parse(older)
    const { nodes, open, members } = viewOf({ source: { label: 'a', statusUrl: '' }, status, error: null })
    expect([open, members.active, nodes[0]?.isSilent, nodes[0]?.clock]).toEqual([null, null, null, null])
    expect([vote, epoch, active_nodes, clock].every((value) => value !== undefined)).toBe(true)
  })
})

it('lets no node fill the page of all, however many peers and codes it names', () => {
  const document = memberStatus({ label: 'liar', atMs: NOW_MS })
  const [peer] = document.peers
  const status = statusSchema.parse({
    ...document,
    peers: Array.from({ length: 1_024 }, (_, index) => ({ ...peer, label: `peer-${index}` })),
    degraded: Array.from({ length: 1_024 }, (_, index) => `CODE-${index}`),
    findings: Array.from({ length: 1_024 }, (_, index) => ({ code: `FINDING-${index}` })),
  })
  const { nodes, alerts, moreAlerts } = viewOf({ source: { label: 'liar', statusUrl: '' }, status, error: null })
  const [liar] = nodes
  expect([liar?.peers.length, liar?.degraded.length, liar?.findings.length]).toEqual([
    PEERS_SHOWN,
    CODES_SHOWN,
    CODES_SHOWN,
  ])
  expect(liar).toMatchObject({ peersConnected: 1_024, peersTotal: 1_024 })
  expect([alerts.length, moreAlerts]).toEqual([ALERTS_SHOWN, 2_048 - ALERTS_SHOWN])
})

import { describe, expect, it } from 'vitest'
import type { StatusCodes } from '../src/mesh/alerts.js'
import { meshView } from '../src/mesh/mesh-view.js'
import { type Sample, statusSchema } from '../src/mesh/status.js'
import { type MemberInit, memberStatus } from './support/status.js'

const NOW_MS = Date.parse('2026-05-21T12:00:00.000Z')
const CODES: StatusCodes = { DISK_FULL: { means: 'a write waits for space', action: 'free space' } }
const LABELS = ['moscow', 'frankfurt', 'helsinki', 'armenia']

type Change = (status: ReturnType<typeof memberStatus>) => object

function up(label: string, init: MemberInit = {}, change: Change = () => ({})): Sample {
  const document = memberStatus({ label, atMs: NOW_MS, ...init })
  const status = statusSchema.parse({ ...document, ...change(document) })
  return { source: { label, statusUrl: 'http://127.0.0.1:1' }, status, error: null }
}

function away(label: string, code = 'TIMEOUT'): Sample {
  return { source: { label, statusUrl: '' }, status: null, error: { code, text: 'no answer within 1500 ms' } }
}

function alertsOf(...samples: Sample[]) {
  return meshView(samples, NOW_MS, { codes: CODES }).alerts
}

const codesOf = (...samples: Sample[]) => alertsOf(...samples).map(({ code, nodes }) => [code, ...nodes])

describe('alerts', () => {
  it('has none while all is well', () => {
    expect(alertsOf(...LABELS.map((label) => up(label)))).toEqual([])
  })

  it('names who does not answer, whether others hear it, and what to do', () => {
    const [alert, ...rest] = alertsOf(up('moscow'), up('frankfurt'), away('helsinki'))
    expect(alert).toMatchObject({ severity: 'critical', code: 'F-UNREACH', nodes: ['helsinki'] })
    expect(alert?.text).toContain('no answer within 1500 ms, and 2 others are connected to it')
    expect(alert?.remedy).toContain('check that its process runs')
    expect(rest).toEqual([])
    expect(alertsOf(up('moscow'), away('helsinki'))[0]?.text).toContain('one other is connected to it')
    expect(alertsOf(away('helsinki'))[0]?.text).toContain('no other is connected')
  })

  it('is not about a node that only the watchdog asks', () => {
    expect(alertsOf(up('moscow'), away('helsinki', 'ASKED_BY_WATCHDOG'))).toEqual([])
  })

  it('tells of a fork from its first window, above all others', () => {
    const alerts = alertsOf(up('moscow', { window: 12 }), up('frankfurt', { window: 12, forkedFrom: 11 }), away('x'))
    expect(alerts.map(({ code }) => code)).toContain('F-FORK')
    expect(alerts.find(({ code }) => code === 'F-FORK')?.text).toContain('window 11')
  })

  it('tells that the mesh stands still, and for whom it waits', () => {
    const still: Change = () => ({ cemented_at: new Date(NOW_MS - 60_000).toISOString() })
    const waiting = { waitsFor: ['helsinki'] }
    const alerts = alertsOf(up('moscow', waiting, still), up('frankfurt', waiting, still), away('helsinki'))
    expect(alerts.find(({ code }) => code === 'F-STALL')?.text).toContain('waits for helsinki')
  })

  it('calls a lag of some windows a warning, and one of many critical', () => {
    const severities = [11, 10, 9, 1].map((window) => {
      const alerts = alertsOf(up('moscow', { window: 12 }), up('frankfurt', { window, recent: 12 }))
      return alerts.find(({ code }) => code === 'F-LAG')?.severity
    })
    expect(severities).toEqual([undefined, 'warning', 'warning', 'critical'])
  })

  it('has one alert for a link that both ends miss, and none for a link to who is away', () => {
    const without =
      (peer: string): Change =>
      ({ peers }) => ({
        peers: peers.map((one) => (one.label === peer ? { ...one, conns: 0 } : one)),
      })
    expect(codesOf(up('helsinki', {}, without('frankfurt')), up('frankfurt', {}, without('armenia')))).toEqual([
      ['F-LINK'],
    ])
  })

  it('says of the codes of a node what they mean and what to do, also of one that it does not know', () => {
    const sick: Change = () => ({ degraded: ['DISK_FULL', 'NEW_CODE'], findings: [{ code: 'DraftFailed', window: 7 }] })
    const alerts = alertsOf(up('moscow', {}, sick), up('frankfurt', {}, sick))
    expect(alerts.map(({ code, severity, nodes }) => [code, severity, nodes.join()])).toEqual([
      ['DISK_FULL', 'critical', 'moscow,frankfurt'],
      ['NEW_CODE', 'critical', 'moscow,frankfurt'],
      ['DraftFailed', 'warning', 'moscow,frankfurt'],
    ])
    expect(alerts[0]).toMatchObject({ text: 'a write waits for space', remedy: 'free space' })
    expect(alerts[2]?.text).toContain('window 7')
  })

  it('tells of a host that is short of something', () => {
    const short: Change = ({ res }) => ({
      res: { ...res, disk_free: 1e9, load1: 9, swap_used: 4e8, psi: { ...res.psi, mem_full: 9 } },
    })
    expect(codesOf(up('moscow', {}, short), up('frankfurt'))).toEqual([
      ['F-DISK', 'moscow'],
      ['F-RESOURCE', 'moscow'],
      ['F-RESOURCE', 'moscow'],
      ['F-RESOURCE', 'moscow'],
    ])
  })

  it('claims nothing of what was not measured', () => {
    const blind: Change = ({ res }) => ({
      res: { ...res, disk_free: null, disk_total: null, load1: null, swap_used: null },
    })
    expect(
      alertsOf(
        up('moscow', {}, blind),
        up('frankfurt', {}, () => ({ res: null })),
      ),
    ).toEqual([])
  })

  it('is bounded, and counts what it leaves out', () => {
    const samples = [
      up('moscow'),
      ...Array.from({ length: 39 }, (_, index) => up(`n${index}`, { window: 1_000 + 2 * index })),
    ]
    const { alerts, moreAlerts } = meshView(samples, NOW_MS)
    expect([alerts.length, moreAlerts]).toEqual([32, 7])
  })
})

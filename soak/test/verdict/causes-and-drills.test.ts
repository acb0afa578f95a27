import { describe, expect, it } from 'vitest'
import { judge } from '../../src/verdict/findings.js'
import { at, away, drill, withDrills } from '../support/drilled.js'
import { AWAY, type Change, runData, thresholds } from '../support/run-data.js'

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

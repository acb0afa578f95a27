import { describe, expect, it } from 'vitest'
import { digest, entry, found, from, short, unit } from '../support/findings.js'
import { AWAY, type Change, INTERVAL_MS, START_MS } from '../support/run-data.js'

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

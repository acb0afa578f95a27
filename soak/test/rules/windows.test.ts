import { describe, expect, it } from 'vitest'
import type { RunData } from '../../src/analysis/run-data.js'
import { digest, entry, found, from, paced, short } from '../support/findings.js'
import { type Change, runData, windowAt } from '../support/run-data.js'

describe('a healthy run', () => {
  it('has no finding', () => {
    expect(found({})).toEqual([])
    expect(found({ polls: 60, intervalMs: 5000, timeScale: 60, changes: paced(5000) })).toEqual([])
  })
})

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

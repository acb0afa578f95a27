import { describe, expect, it } from 'vitest'
import { incidents } from '../../src/history/incidents.js'
import type { HistoryRecord } from '../../src/history/record.js'
import { START_MS } from './support.js'

const NOW_MS = START_MS + 1_000_000

/** `host` at second `at` becomes acting with an epoch, or standby. */
function record(host: string, at: number, epoch: string | null, mode: HistoryRecord['mode'] = 'CHAIN'): HistoryRecord {
  const [from, to] = epoch === null ? (['acting', 'standby'] as const) : (['candidate', 'acting'] as const)
  return {
    at: new Date(START_MS + at * 1_000).toISOString(),
    host,
    bootId: 'boot-1',
    sequence: START_MS + at,
    policy: 'serve',
    from,
    to,
    epoch,
    mode,
    rule: 'D6',
    reason: '',
    heard: {},
    phasesMs: {},
  }
}

const find = (records: readonly HistoryRecord[], actingNow: readonly string[] = []) => {
  const unfencedIn = (_: string, mode: HistoryRecord['mode']) => (mode === 'SURVIVOR' ? 'idempotent' : 'all')
  return incidents(records, unfencedIn, (_, host) => actingNow.includes(host), NOW_MS)
}

describe('an incident', () => {
  it('is two hosts that acted at one time, with both epochs, how long, and what each might do', () => {
    const found = find([
      record('amsterdam', 0, '100'),
      record('almaty', 10, '200', 'SURVIVOR'),
      record('amsterdam', 14, null),
      record('almaty', 90, null),
    ])
    expect(found).toMatchObject([
      {
        policy: 'serve',
        overlapMs: 4_000,
        sides: [
          { host: 'amsterdam', epoch: '100', mode: 'CHAIN', unfenced: 'all' },
          { host: 'almaty', epoch: '200', mode: 'SURVIVOR', unfenced: 'idempotent' },
        ],
      },
    ])
  })

  it('is seen while it lasts', () => {
    const both = [record('amsterdam', 0, '100'), record('almaty', 10, '200')]
    expect(find(both, ['amsterdam', 'almaty'])[0]?.overlapMs).toBe(990_000)
  })

  it('is not one after the other, nor one host twice, nor two policies', () => {
    expect(find([record('amsterdam', 0, '100'), record('amsterdam', 5, null), record('almaty', 5, '200')])).toEqual([])
    expect(find([record('amsterdam', 0, '100'), record('amsterdam', 5, '200')])).toEqual([])
    const coordinate = { ...record('almaty', 2, '200'), policy: 'coordinate' }
    expect(find([record('amsterdam', 0, '100'), coordinate], ['amsterdam', 'almaty'])).toEqual([])
  })

  it('is not a planned handover, whatever the clocks of the two hosts say; a third host beside it still is', () => {
    const handed = { ...record('almaty', 9.9, '200'), rule: '10.4' }
    const move = [record('amsterdam', 0, '100'), handed, record('amsterdam', 10, null), record('almaty', 60, null)]
    expect(find(move)).toEqual([])
    expect(find([...move, { ...record('amsterdam', 59.8, '300'), rule: '10.4' }], ['amsterdam'])).toEqual([])
    const third = [record('spb', 5, '50'), record('spb', 20, null)]
    expect(find([...move, ...third]).map(({ sides }) => sides.map(({ host }) => host))).toEqual([
      ['amsterdam', 'spb'],
      ['spb', 'almaty'],
    ])
  })

  it('a tenure ends with the next of its host', () => {
    const found = find([
      record('amsterdam', 0, '100'),
      record('amsterdam', 20, '300'),
      record('amsterdam', 25, null),
      record('almaty', 21, '200'),
      record('almaty', 60, null),
    ])
    expect(found).toHaveLength(1)
    expect(found[0]).toMatchObject({ overlapMs: 4_000, sides: [{ epoch: '300' }, { epoch: '200' }] })
  })

  it('is not the death of a leader, whether it has come back or not', () => {
    const dead = record('amsterdam', 0, '100')
    const next = record('almaty', 10, '200')
    expect(find([dead, next], ['almaty'])).toEqual([])
    const back = { ...record('amsterdam', 60, null), bootId: 'boot-2', sequence: START_MS + 60 }
    expect(find([dead, next, back], ['almaty'])).toEqual([])
  })
})

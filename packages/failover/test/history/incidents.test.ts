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

const find = (...records: HistoryRecord[]) =>
  incidents(records, (_, mode) => (mode === 'SURVIVOR' ? 'idempotent' : 'all'), NOW_MS)

describe('an incident', () => {
  it('is two hosts that acted at one time, with both epochs, how long, and what each might do', () => {
    const found = find(
      record('amsterdam', 0, '100'),
      record('almaty', 10, '200', 'SURVIVOR'),
      record('amsterdam', 14, null),
      record('almaty', 90, null),
    )
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
    expect(find(record('amsterdam', 0, '100'), record('almaty', 10, '200'))[0]?.overlapMs).toBe(990_000)
  })

  it('is not one after the other, nor one host twice, nor two policies', () => {
    expect(find(record('amsterdam', 0, '100'), record('amsterdam', 5, null), record('almaty', 5, '200'))).toEqual([])
    expect(find(record('amsterdam', 0, '100'), record('amsterdam', 5, '200'))).toEqual([])
    const coordinate = { ...record('almaty', 2, '200'), policy: 'coordinate' }
    expect(find(record('amsterdam', 0, '100'), coordinate)).toEqual([])
  })

  it('a life that ended without a word ends with the next record of its host', () => {
    const found = find(
      record('amsterdam', 0, '100'),
      record('amsterdam', 20, '300'),
      record('amsterdam', 25, null),
      record('almaty', 21, '200'),
    )
    expect(found).toHaveLength(1)
    expect(found[0]).toMatchObject({ overlapMs: 4_000, sides: [{ epoch: '300' }, { epoch: '200' }] })
  })
})

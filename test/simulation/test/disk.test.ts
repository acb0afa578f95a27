import type { JournalEntry, WindowCommit } from '@montana/consensus'
import { describe, expect, it } from 'vitest'
import { Dice } from '../src/kernel/dice.js'
import { Disk, JournalConflict } from '../src/node/disk.js'

const EMPTY = new Uint8Array(32)

function commit(window: number): { type: 'commit'; commit: WindowCommit } {
  const hashes = {
    proposalHash: EMPTY,
    stateRoot: EMPTY,
    timechainValue: EMPTY,
    contextHash: EMPTY,
    cementValue: EMPTY,
  }
  return {
    type: 'commit',
    commit: {
      window,
      ...hashes,
      aggregate: EMPTY,
      envelope: EMPTY,
      context: EMPTY,
      changes: [],
      registrations: [],
      admitted: [],
    },
  }
}

function entry(window: number, kind: JournalEntry['kind'], hash: number): { type: 'journal'; entry: JournalEntry } {
  return { type: 'journal', entry: { window, kind, round: 0, phase: 0, hash: new Uint8Array([hash]), bytes: EMPTY } }
}

describe('the simulated disk', () => {
  it('keeps every write that returned', () => {
    const disk = new Disk()
    disk.write(commit(1))
    disk.write(entry(2, 'vote', 1))
    disk.recover(new Dice(1, 'disk'))
    expect(disk.head).toBe(1)
    expect(disk.journal.size).toBe(1)
  })

  it('drops a torn write and says so', () => {
    const disk = new Disk()
    disk.write(commit(1))
    disk.tear()
    expect(disk.recover(new Dice(1, 'disk'))).toBe(true)
    expect(disk.head).toBe(1)
    expect(disk.recover(new Dice(1, 'disk'))).toBe(false)
  })

  it('loses what was not durable when it lies', () => {
    const heads = [1, 2, 3, 4, 5, 6].map((seed) => {
      const disk = new Disk()
      disk.lie()
      for (let window = 1; window <= 5; window++) disk.write(commit(window))
      disk.recover(new Dice(seed, 'disk'))
      return disk.head
    })
    expect(Math.min(...heads)).toBeLessThan(5)
  })

  it('refuses a second vote or header, takes a richer confirmation', () => {
    const disk = new Disk()
    for (const kind of ['vote', 'header', 'confirmation'] as const) disk.write(entry(1, kind, 1))
    disk.write(entry(1, 'confirmation', 2))
    disk.write(entry(1, 'vote', 1))
    expect(() => disk.write(entry(1, 'vote', 2))).toThrow(JournalConflict)
    expect(() => disk.write(entry(1, 'header', 2))).toThrow(JournalConflict)
  })

  it('accepts windows in order only, and can lose its journal alone', () => {
    const disk = new Disk()
    expect(() => disk.write(commit(2))).toThrow(RangeError)
    disk.write(commit(1))
    disk.write(entry(1, 'vote', 1))
    disk.forgetJournal()
    expect([disk.head, disk.journal.size]).toEqual([1, 0])
  })
})

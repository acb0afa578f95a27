import { getEventListeners } from 'node:events'
import { silentLogger, systemTime } from '@montana/foundation'
import { StoreError } from '@montana/store'
import { describe, expect, it, vi } from 'vitest'
import { DiskGate } from '../../src/runtime/disk-gate.js'
import { diskGate } from '../support/disk.js'

/** A disk that can be full, what was written to it, and what the gate told. */
function fullDisk() {
  const disk = { isFull: true, attempts: 0, written: [] as string[] }
  const said: unknown[] = []
  const fatal: unknown[] = []
  const note = (fields: object) => void said.push((fields as { code: string }).code)
  const logger = { ...silentLogger, error: note, warn: note }
  const counts = { refused: 0 }
  const onRefused = () => void counts.refused++
  const gate = diskGate({ logger, onRefused, onFatal: (error) => fatal.push(error) })
  const write = (name: string) => () => {
    disk.attempts++
    if (disk.isFull) throw new StoreError('STORE_FULL', 'no space')
    disk.written.push(name)
  }
  return { disk, gate, write, said, fatal, counts }
}

describe('the gate of the disk', () => {
  it('is not there while there is space, and passes other errors', () => {
    const { gate, write, disk, said } = fullDisk()
    disk.isFull = false
    expect(gate.attempt(write('a'))).toBe(true)
    const broken = new StoreError('STORE_IO', 'the disk is broken')
    const fail = () => {
      throw broken
    }
    expect(() => gate.attempt(fail)).toThrow(broken)
    expect([disk.written, said, gate.isFull, gate.degraded()]).toEqual([['a'], [], false, []])
  })

  it('repeats a refused write until it is done, later ones behind it, and says each change once', async () => {
    const { gate, write, disk, said, counts } = fullDisk()
    expect([gate.attempt(write('a')), gate.attempt(write('b'))]).toEqual([false, false])
    expect([gate.isFull, gate.degraded(), disk.attempts]).toEqual([true, ['DISK_FULL'], 1])
    await vi.waitUntil(() => disk.attempts >= 3, 10_000)
    expect(said).toEqual(['DISK_FULL'])
    disk.isFull = false
    await vi.waitUntil(() => !gate.isFull, { timeout: 3_000 })
    expect(disk.written).toEqual(['a', 'b'])
    expect(counts.refused).toBeGreaterThanOrEqual(3)
    expect(said).toEqual(['DISK_FULL', 'DISK_SPACE'])
    expect(gate.attempt(write('c'))).toBe(true)
  })

  it('takes what a write adds while it is repeated behind the others', async () => {
    const { gate, write, disk } = fullDisk()
    gate.attempt(() => {
      write('a')()
      gate.attempt(write('c'))
    })
    gate.attempt(write('b'))
    disk.isFull = false
    await vi.waitUntil(() => !gate.isFull, 10_000)
    expect(disk.written).toEqual(['a', 'b', 'c'])
  })

  it('a durable write resolves when it is done, and an abort ends the waiting and leaves no listener', async () => {
    const { gate, write, disk } = fullDisk()
    const kept = new AbortController()
    const given = new AbortController()
    const first = gate.durable(write('kept'), kept.signal)
    const second = gate.durable(write('given up'), given.signal)
    given.abort()
    await expect(second).rejects.toMatchObject({ name: 'AbortError' })
    disk.isFull = false
    await first
    await vi.waitUntil(() => !gate.isFull, 10_000)
    expect(disk.written).toEqual(['kept'])
    for (const { signal } of [kept, given]) expect(getEventListeners(signal, 'abort')).toHaveLength(0)
    await gate.durable(write('with space, although it is aborted'), given.signal)
    expect(disk.written).toHaveLength(2)
    const broken = () => {
      throw new StoreError('STORE_IO', 'the disk is broken')
    }
    await expect(gate.durable(broken, kept.signal)).rejects.toMatchObject({ code: 'STORE_IO' })
  })

  it('a write that fails for another reason when it is repeated ends the node, and nothing after it is written', async () => {
    const { gate, write, disk, fatal } = fullDisk()
    const broken = new StoreError('STORE_IO', 'the disk is broken')
    gate.attempt(() => {
      if (disk.isFull) throw new StoreError('STORE_FULL', 'no space')
      throw broken
    })
    gate.attempt(write('after'))
    disk.isFull = false
    await vi.waitUntil(() => fatal.length > 0, 10_000)
    expect([fatal, disk.written]).toEqual([[broken], []])
  })

  it('does not ask often: pauses double up to five seconds, also over a disk that flaps', () => {
    vi.useFakeTimers()
    try {
      const gate = new DiskGate({ time: systemTime, logger: silentLogger, onRefused: () => {}, onFatal: () => {} })
      const atMs: number[] = []
      let elapsedMs = 0
      gate.attempt(() => {
        atMs.push(elapsedMs)
        throw new StoreError('STORE_FULL', 'no space')
      })
      for (; elapsedMs < 60_000; elapsedMs += 100) vi.advanceTimersByTime(100)
      const pauses = atMs.slice(1).map((ms, index) => ms - (atMs[index] ?? 0))
      expect(Math.max(...pauses)).toBe(5_000)
      expect(pauses.length).toBeLessThan(20)
      gate.stop()
      expect(vi.getTimerCount()).toBe(0)
    } finally {
      vi.useRealTimers()
    }
  })
})

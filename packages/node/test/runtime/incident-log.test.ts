import { type Logger, silentLogger } from '@montana/foundation'
import { openStore } from '@montana/store'
import { describe, expect, it, onTestFinished } from 'vitest'
import { IncidentLog } from '../../src/runtime/incident-log.js'
import { diskGate } from '../support/disk.js'
import { temporaryDirectory } from '../support/world.js'

function setUp() {
  const store = openStore({ dir: temporaryDirectory(), mode: 'write' })
  onTestFinished(() => store.close())
  const clock = { nowMs: 1_000 }
  const counted: string[] = []
  const warned: string[] = []
  const logger: Logger = { ...silentLogger, warn: (_, message) => warned.push(message) }
  const time = { wallMs: () => clock.nowMs, monotonicMs: () => clock.nowMs }
  const log = new IncidentLog({ store, disk: diskGate(), time, logger, onIncident: (code) => counted.push(code) })
  return { store, log, clock, counted, warned }
}

describe('the incident log', () => {
  it('writes nothing until it is flushed, then one row per code and peer', () => {
    const { store, log, clock, counted, warned } = setUp()
    for (const window of [5, 7, 6]) {
      log.note('InvalidSignature', 'peer-a', window)
      clock.nowMs += 10
    }
    log.note('InvalidSignature', 'peer-b', 6)
    expect(store.incidents.list()).toEqual([])
    log.flush()
    expect(store.incidents.list()).toMatchObject([
      { peer: 'peer-b', count: 1 },
      { peer: 'peer-a', count: 3, lastAtMs: 1_020 },
    ])
    expect(counted).toHaveLength(4)
    expect(warned, 'one line per code and peer').toHaveLength(2)
  })

  it('warns of nobody who says a confirmation again, or late, and counts it', () => {
    const { store, log, counted, warned } = setUp()
    for (const code of ['DuplicateConfirmation', 'StaleConfirmation']) log.note(code, 'peer-a', 5)
    log.flush()
    expect(warned).toEqual([])
    expect(counted).toEqual(['DuplicateConfirmation', 'StaleConfirmation'])
    expect(store.incidents.list()).toHaveLength(2)
  })

  it('counts each incident once, however often it is flushed', () => {
    const { store, log } = setUp()
    log.note('ProofInvalid', 'p', 1)
    log.flush()
    log.flush()
    log.note('ProofInvalid', 'p', 2)
    log.flush()
    expect(store.incidents.list()).toMatchObject([{ count: 2, lastWindow: 2 }])
  })

  it('keeps the latest sample, as it was when it was noted', () => {
    const { store, log } = setUp()
    const bytes = Uint8Array.of(1, 2)
    log.note('StateRootMismatch', 'p', 1, bytes)
    bytes[0] = 9
    log.note('StateRootMismatch', 'p', 2)
    log.flush()
    expect(store.incidents.list()).toMatchObject([{ count: 2, sample: Uint8Array.of(1, 2) }])
    log.note('StateRootMismatch', 'p', 3, Uint8Array.of(3))
    log.flush()
    expect(store.incidents.list()).toMatchObject([{ count: 3, sample: Uint8Array.of(3) }])
  })

  it('holds a bounded number of peers between two flushes', () => {
    const { store, log, counted } = setUp()
    for (let i = 0; i < 300; i++) log.note('MalformedMessage', `peer ${i}`, 1)
    log.note('MalformedMessage', 'peer 0', 2)
    log.flush()
    expect(store.incidents.list()).toHaveLength(256)
    expect(store.incidents.list().find(({ peer }) => peer === 'peer 0')?.count).toBe(2)
    expect(counted).toHaveLength(301)
  })

  it('is no reason to fall over when the store cannot take it, and says so', () => {
    const { store, log, warned } = setUp()
    log.note('ProofInvalid', 'p', 1)
    store.close()
    expect(() => log.flush()).not.toThrow()
    expect(warned.at(-1)).toBe('incidents could not be stored')
  })
})

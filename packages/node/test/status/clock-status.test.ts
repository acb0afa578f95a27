import { describe, expect, it } from 'vitest'
import { clockStatus } from '../../src/status/clock-status.js'
import { NodeRecord } from '../../src/status/node-record.js'

const HASH = new Uint8Array(32)
const D = 1_000_000
const NO_PROOFS = { verified: 0, audited: 0, skipped: 0, unavailable: 0, invalid: 0, segments: 0 }

type Source = 'own' | 'proof' | 'audit' | 'quorum'

/** A node that applied ten windows, each `periodMs` after the one before, and knew its values from `source`. */
function recordOf(source: Source, periodMs = 2_000, windows = 10): NodeRecord {
  const record = new NodeRecord({ wallMs: () => 0, monotonicMs: () => 0 })
  for (let window = 1; window <= windows; window++) {
    if (source === 'proof') record.noteProof(window, 'valid', false)
    record.noteSource(window, source === 'own')
    record.noteWindow({
      window,
      proposalHash: HASH,
      stateRoot: HASH,
      appliedAtMs: 1_700_000_000_000 + window * periodMs,
    })
    if (source === 'audit') record.noteProof(window, 'valid', true)
  }
  return record
}

function statusOf(record: NodeRecord, stepsPerSecond: number | null, d = D) {
  const windowSeconds = stepsPerSecond && d / stepsPerSecond
  const reading = { stepsPerSecond, windowSeconds }
  return clockStatus({ backendName: 'x', reading, d, record, proofs: NO_PROOFS })
}

describe('what a node says about its clock', () => {
  it('fast enough: it says so and no more', () => {
    const { load, note } = statusOf(recordOf('own'), 1_000_000)
    expect(load).toBe(0.5)
    expect(note).toBe('fast enough: this host needs 1.0 s for a window, and the network closes one every 2.0 s')
  })

  it.each([
    ['proof', 'following by verifying proofs'],
    ['audit', 'following the quorum, proofs audited'],
    ['quorum', 'following the quorum'],
  ] as const)('too slow, with values known by %s: it says how it follows', (source, how) => {
    const { load, note, source: said } = statusOf(recordOf(source), 333_333)
    expect(load).toBeCloseTo(1.5, 2)
    expect(note).toMatch(/^too slow by a factor of 1\.50: this host needs 3\.0 s for a window/)
    expect(note.endsWith(`; ${how}`)).toBe(true)
    expect(said).toBe(source)
  })

  it('that needs 1.5 windows for its own grind follows by verifying proofs, and counts them', () => {
    const { note, values } = statusOf(recordOf('proof'), 333_333)
    expect(note).toContain('following by verifying proofs')
    expect(values).toEqual({ own: 0, proof: 10, audit: 0, quorum: 0 })
  })

  it('not measured: neither its own rate, nor the period of the network, nor a D within the band', () => {
    const none = { load: null, note: 'not measured yet' }
    expect(statusOf(recordOf('own'), null)).toMatchObject(none)
    expect(statusOf(recordOf('own', 2_000, 1), 1_000_000)).toMatchObject(none)
    expect(statusOf(recordOf('own', 0), 1_000_000)).toMatchObject(none)
    expect(statusOf(recordOf('own'), 1_000_000, 0)).toMatchObject(none)
  })

  it('by the pace of the last windows: a pause is forgotten soon', () => {
    const record = recordOf('own')
    const later = 1_700_000_000_000 + 10 * 2_000 + 600_000
    record.noteWindow({ window: 11, proposalHash: HASH, stateRoot: HASH, appliedAtMs: later })
    expect(statusOf(record, 1_000_000).load).toBe(0.5)
  })
})

describe('how the values of windows were known', () => {
  it('an audit turns trust into knowledge, and an invalid or missing proof does not', () => {
    const record = recordOf('quorum', 2_000, 3)
    record.noteProof(2, 'invalid', true)
    record.noteProof(2, 'unavailable', true)
    expect(record.sources).toMatchObject({ quorum: 3, audit: 0, last: 'quorum' })
    record.noteProof(2, 'valid', true)
    expect(record.sources).toMatchObject({ quorum: 2, audit: 1 })
  })

  it('a proof of another window is none for this one', () => {
    const record = recordOf('own', 2_000, 1)
    record.noteProof(2, 'valid', false)
    record.noteSource(3, false)
    expect(record.sources).toMatchObject({ own: 1, proof: 0, quorum: 1, last: 'quorum' })
  })
})

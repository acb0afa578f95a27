import { describe, expect, it } from 'vitest'
import {
  decodeCurrentWindow,
  decodeLastCemented,
  decodeNodeState,
  decodeTimechainFile,
  encodeCurrentWindow,
  encodeLastCemented,
  encodeNodeState,
  encodeTimechainFile,
  joinRecords,
  proposalFileName,
  splitRecords,
} from '../src/index.js'
import { digest } from './helpers.js'

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const malformed = expect.objectContaining({ code: 'FILE_MALFORMED' })
const genesisClock = {
  timechainValue: new Uint8Array(
    Buffer.from('0619a36fd8b606aa6d6a799c1fac31e1187302a23484e7516b12122cbe49ebc3', 'hex'),
  ),
  d: 325_000_000,
  lastWindow: 0,
  target: 2n ** 128n - 1n,
  revealCount: 0,
}

describe('reference files', () => {
  it('have the pinned bytes and names', () => {
    expect(hex(encodeCurrentWindow(1))).toBe('6d746377010000000100000000000000')
    expect(hex(encodeLastCemented(75_850))).toBe('4a28010000000000')
    expect(hex(encodeTimechainFile(genesisClock))).toBe(
      `6d74746302000000${hex(genesisClock.timechainValue)}401b5f1300000000${'00'.repeat(8)}${'ff'.repeat(16)}${'00'.repeat(8)}`,
    )
    expect(proposalFileName(42)).toBe('proposals/00000000000000000042.bin')
  })

  it('are read back, older forms too', () => {
    expect(decodeCurrentWindow(encodeCurrentWindow(9))).toBe(9)
    expect(decodeCurrentWindow(encodeLastCemented(9))).toBe(9)
    expect(decodeLastCemented(encodeLastCemented(9))).toBe(9)
    const clock = { ...genesisClock, lastWindow: 5, target: 77n, revealCount: 3 }
    expect(decodeTimechainFile(encodeTimechainFile(clock))).toEqual(clock)
    const first = encodeTimechainFile({ ...clock, target: genesisClock.target, revealCount: 0 }).slice(0, 56)
    first[4] = 1
    expect(decodeTimechainFile(first)).toEqual({ ...clock, target: genesisClock.target, revealCount: 0 })
  })

  it('keep the state of a node', () => {
    const [progress, target, wStart, registrationWindow] = [1, 2, 3, 4]
    const hashes = { seed: digest('seed'), endpoint: digest('endpoint'), noderegHash: digest('nodereg') }
    const state = { phase: 2, ...hashes, progress, target, wStart, registrationWindow }
    const bytes = encodeNodeState(state)
    expect([bytes.length, hex(bytes.subarray(0, 8))]).toEqual([136, '6d746e7301020000'])
    expect(decodeNodeState(bytes)).toEqual(state)
    bytes[5] = 4
    expect(() => decodeNodeState(bytes)).toThrow(malformed)
  })

  it.each([
    ['current window', () => decodeCurrentWindow(new Uint8Array(16))],
    ['current window', () => decodeCurrentWindow(new Uint8Array(9))],
    ['last cemented', () => decodeLastCemented(new Uint8Array(7))],
    ['last cemented', () => decodeLastCemented(new Uint8Array(8).fill(255))],
    ['clock', () => decodeTimechainFile(encodeTimechainFile(genesisClock).slice(0, 79))],
    ['clock', () => decodeTimechainFile(new Uint8Array(80))],
    ['node state', () => decodeNodeState(new Uint8Array(136))],
    ['table', () => splitRecords('nodes.bin', new Uint8Array(7), 2)],
  ])('a malformed %s is refused', (_, decode) => {
    expect(decode).toThrow(malformed)
  })

  it('a table file is its records, and an empty one is an empty table', () => {
    const records = [Uint8Array.of(1, 2), Uint8Array.of(3, 4)]
    expect(splitRecords('nodes.bin', joinRecords(records), 2)).toEqual(records)
    expect(splitRecords('nodes.bin', new Uint8Array(0), 2)).toEqual([])
  })
})

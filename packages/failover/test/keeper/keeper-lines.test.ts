import { describe, expect, it } from 'vitest'
import { decodeWards, encodeWards } from '../../src/keeper/keeper-lines.js'

const WARD = { service: 'bot', group: 77, started: '5', cgroup: null, unit: null, untilMs: 5 }

describe('a line of wards', () => {
  it('is read as it was written', () => {
    expect(decodeWards(encodeWards([WARD]))).toEqual([WARD])
  })

  it.each([
    ['no list', JSON.stringify(WARD)],
    ['no JSON', '[{'],
    [
      'a time beyond all numbers, which would be for ever',
      `[${JSON.stringify(WARD).replace('"untilMs":5', '"untilMs":1e999')}]`,
    ],
    ['the group of every process', JSON.stringify([{ ...WARD, group: 1 }])],
  ])('renews nothing: %s', (_words, line) => {
    expect(decodeWards(line)).toBeUndefined()
  })
})

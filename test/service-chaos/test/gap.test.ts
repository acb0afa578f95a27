import { gapAfter } from '@montana/service-chaos'
import { describe, expect, it } from 'vitest'
import { writesOf } from './support.js'

const hostOf = (id: number) => (id < 10 ? 'almaty' : 'spb')

describe('the gap that a client sees', () => {
  it('goes from the sending of the first failed request to the first answer after it', () => {
    const gap = gapAfter(writesOf(40, [10, 11, 12, 13, 14], hostOf), 950)
    expect(gap).toEqual({ fromMs: 1_000, toMs: 1_510, host: 'spb' })
  })

  it('begins with a request that was on its way when the fault came', () => {
    expect(gapAfter(writesOf(40, [10, 11], hostOf), 1_050)?.fromMs).toBe(1_000)
  })

  it('is not there before a request has failed', () => {
    expect(gapAfter(writesOf(40, [3], hostOf), 950)).toBeUndefined()
  })

  it('is open as long as nobody answers', () => {
    expect(gapAfter(writesOf(12, [10, 11], hostOf), 950)).toEqual({ fromMs: 1_000, toMs: undefined, host: undefined })
  })

  it('is not closed by an answer of before the fault, though a request already hung', () => {
    const hung = { id: 97, sentMs: 200, endMs: 1_200, isOk: false, host: null }
    const old = { id: 98, sentMs: 990, endMs: 1_005, isOk: true, host: 'almaty' }
    const end = { id: 99, sentMs: 4_200, endMs: 4_210, isOk: true, host: 'spb' }
    expect(gapAfter([old, hung, end], 1_000)).toEqual({ fromMs: 200, toMs: 4_210, host: 'spb' })
  })

  it('is not closed by an answer that was asked for before it', () => {
    const slow = { id: 99, sentMs: 990, endMs: 1_200, isOk: true, host: 'almaty' }
    expect(gapAfter([...writesOf(12, [10, 11], hostOf), slow], 950)?.toMs).toBeUndefined()
  })
})

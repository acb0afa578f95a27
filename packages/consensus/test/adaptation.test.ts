import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { calibrateTarget } from '../src/index.js'
import { addToHistogram, medianPermille, participationPermille } from '../src/participation.js'

const MAX = 2n ** 128n - 1n
const targets = fc.bigInt({ min: 1n, max: MAX })
const epochs = fc.bigInt({ min: 1n, max: 20_160n })

describe('the lottery target after an epoch', () => {
  it('stays at 13 reveals per window, grows below and shrinks above', () => {
    fc.assert(
      fc.property(targets, epochs, (target, tau2) => {
        const aim = 13n * tau2
        expect(calibrateTarget(target, aim, tau2)).toBe(target)
        expect(calibrateTarget(target, aim - 1n, tau2)).toBeGreaterThanOrEqual(target)
        expect(calibrateTarget(target, aim + 1n, tau2)).toBeLessThan(target)
      }),
    )
  })

  it('is floor(target·13·τ₂/reveals), saturated at 2^128−1', () => {
    fc.assert(
      fc.property(targets, epochs, fc.bigInt({ min: 1n, max: 10n ** 7n }), (target, tau2, reveals) => {
        const exact = (target * 13n * tau2) / reveals
        expect(calibrateTarget(target, reveals, tau2)).toBe(exact < MAX ? exact : MAX)
      }),
    )
  })

  it('never leaves 2^128−1 with at most 13 reveals per window, and not without reveals', () => {
    fc.assert(
      fc.property(epochs, fc.bigInt({ min: 0n, max: 13n * 20_160n }), (tau2, reveals) => {
        fc.pre(reveals <= 13n * tau2)
        expect(calibrateTarget(MAX, reveals, tau2)).toBe(MAX)
      }),
    )
    expect(calibrateTarget(77n, 0n, 10n)).toBe(77n)
  })
})

describe('the participation of an epoch', () => {
  it('is the element with index floor(τ₂/2) of the ascending list', () => {
    const lists = fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(lists, (list) => {
        const histogram = list.reduce<ReadonlyMap<number, number>>(addToHistogram, new Map())
        const sorted = [...list].sort((a, b) => a - b)
        expect(medianPermille(histogram, list.length)).toBe(sorted[Math.floor(list.length / 2)])
      }),
    )
  })

  it('rounds down, so that 95 % is reached and not approached', () => {
    expect([949, 950, 951].map((weight) => participationPermille(2, weight, 1000))).toEqual([949, 950, 951])
    expect(participationPermille(2, 9_499_999, 10_000_000)).toBe(949)
    expect(participationPermille(2, 2 ** 50 - 1, 2 ** 50)).toBe(999)
    expect(participationPermille(1, 0, 1000)).toBe(1000)
    expect(participationPermille(2, 0, 0)).toBe(0)
  })
})

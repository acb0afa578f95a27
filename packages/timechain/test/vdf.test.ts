import { AbortError, toHex } from '@montana/foundation'
import { type HashBackend, loadBackend } from '@montana/native'
import { describe, expect, it } from 'vitest'
import { GENESIS_T_R, vdfStep, vdfVerify } from '../src/index.js'
import { bytes, named, steps } from './support.js'

const backends: HashBackend[] = [loadBackend().backend, loadBackend({ force: 'typescript' }).backend]

it('T_r(0) is the published value', () => {
  expect(toHex(GENESIS_T_R)).toBe(named('timechain_genesis_t_r').expected)
})

describe.each(backends)('with $name', (backend) => {
  it.each(steps())('$name', async ({ input, expected }) => {
    const value = await vdfStep(backend, bytes(input.prev), input.d)
    expect(toHex(value)).toBe(expected)
    expect(await vdfVerify(backend, bytes(input.prev), input.d, value)).toBe(true)
  })

  it('steps compose', async () => {
    const half = await vdfStep(backend, GENESIS_T_R, 1234)
    expect(await vdfStep(backend, half, 766)).toEqual(await vdfStep(backend, GENESIS_T_R, 2000))
  })

  it('refuses a wrong claim, and any claim outside the band', async () => {
    const value = await vdfStep(backend, GENESIS_T_R, 50)
    expect(await vdfVerify(backend, GENESIS_T_R, 51, value)).toBe(false)
    for (const d of [0, -1, 1.5, Number.NaN, 2 ** 32])
      expect(await vdfVerify(backend, GENESIS_T_R, d, value)).toBe(false)
    expect(await vdfVerify(backend, GENESIS_T_R, 50, value.subarray(1))).toBe(false)
  })

  it('does not step outside the band', async () => {
    for (const d of [0, 1.5, 2 ** 32])
      await expect(vdfStep(backend, GENESIS_T_R, d)).rejects.toMatchObject({ code: 'TIMECHAIN_BAD_D' })
  })

  it('stops when asked', async () => {
    const controller = new AbortController()
    const grinding = vdfStep(backend, GENESIS_T_R, 2 ** 32 - 1, controller.signal)
    const checking = vdfVerify(backend, GENESIS_T_R, 2 ** 32 - 1, GENESIS_T_R, controller.signal)
    setTimeout(() => controller.abort(), 20)
    const outcomes = await Promise.allSettled([grinding, checking])
    const reasons = outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason)
    for (const reason of reasons) expect(reason).toBeInstanceOf(AbortError)
  })
})

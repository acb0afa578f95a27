import { AbortError, type TimeSource } from '@montana/foundation'
import { loadBackend } from '@montana/native'
import { describe, expect, it } from 'vitest'
import { createTimechain, GENESIS_T_R, segmentLengths, vdfStep } from '../src/index.js'

const { backend } = loadBackend()

/** Each look at the clock costs two seconds. */
function slowTime(): TimeSource {
  let now = 0
  return { wallMs: () => 0, monotonicMs: () => (now += 2000) }
}

describe('a tick', () => {
  const timechain = createTimechain({ backend, time: slowTime() })

  it('carries the value, its checkpoints and the pace', async () => {
    const tick = await timechain.grind({ window: 7, previous: GENESIS_T_R, d: 1000, checkpoints: 8 })
    expect(tick).toMatchObject({ window: 7, d: 1000, elapsedMs: 2000, stepsPerSecond: 500 })
    expect(tick.value).toEqual(await vdfStep(backend, GENESIS_T_R, 1000))
    const [first = 0] = segmentLengths(1000, 8)
    expect(tick.checkpoints.subarray(0, 32)).toEqual(await vdfStep(backend, GENESIS_T_R, first))
    expect(tick.checkpoints).toHaveLength(7 * 32)
  })

  it('keeps 63 values by default, fewer for a tiny window', async () => {
    expect((await timechain.grind({ window: 1, previous: GENESIS_T_R, d: 5000 })).checkpoints).toHaveLength(63 * 32)
    expect((await timechain.grind({ window: 1, previous: GENESIS_T_R, d: 3 })).checkpoints).toHaveLength(2 * 32)
  })

  it('verifies as a whole and by its segments', async () => {
    const { value, checkpoints } = await timechain.grind({ window: 1, previous: GENESIS_T_R, d: 4321, checkpoints: 9 })
    const proof = { previous: GENESIS_T_R, d: 4321, checkpoints, claim: value }
    expect(await timechain.verify(GENESIS_T_R, 4321, value)).toBe(true)
    expect(await timechain.verifyProof(proof)).toBe(true)
    const forged = checkpoints.slice()
    forged[100] = (forged[100] ?? 0) ^ 1
    expect(await timechain.verifyProof({ ...proof, checkpoints: forged })).toBe(false)
    expect(await timechain.verifyProof({ ...proof, claim: GENESIS_T_R })).toBe(false)
    expect(await timechain.verifyProof({ ...proof, checkpoints: checkpoints.subarray(1) })).toBe(false)
    expect(await timechain.verifyProof({ ...proof, d: 8 })).toBe(false)
  })

  it('is not delivered after an abort, and no listener stays', async () => {
    const controller = new AbortController()
    let listeners = 0
    const { signal } = controller
    const add = signal.addEventListener.bind(signal)
    const remove = signal.removeEventListener.bind(signal)
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners += 1
      add(...args)
    }
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners -= 1
      remove(...args)
    }
    await timechain.grind({ window: 1, previous: GENESIS_T_R, d: 100, signal })
    expect(listeners).toBe(0)
    const grinding = timechain.grind({ window: 1, previous: GENESIS_T_R, d: 2 ** 32 - 1, signal })
    expect(listeners).toBe(1)
    controller.abort()
    await expect(grinding).rejects.toBeInstanceOf(AbortError)
    expect(listeners).toBe(0)
  })

  it('rejects a window outside the band', async () => {
    const grinding = timechain.grind({ window: 1, previous: GENESIS_T_R, d: 2 ** 32 })
    await expect(grinding).rejects.toMatchObject({ code: 'TIMECHAIN_BAD_D' })
  })
})

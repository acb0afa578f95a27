import { AbortError } from '@montana/foundation'
import { describe, expect, it } from 'vitest'
import { assessSpeed, dForSeconds, MAX_D, measureClock, measureVerification } from '../src/index.js'
import { backends } from './proof-support.js'

describe('the judgement of a speed', () => {
  it('compares the time of a window with the pace of the network', () => {
    expect(assessSpeed(5_000_000, 325_000_000, 130)).toMatchObject({ windowSeconds: 65, factor: 0.5, isTooSlow: false })
    expect(assessSpeed(5_000_000, 325_000_000, 65).isTooSlow).toBe(false)
    expect(assessSpeed(5_000_000, 325_000_001, 65).isTooSlow).toBe(true)
  })

  it('says in a sentence what is and what to do', () => {
    expect(assessSpeed(5_000_000, 15_000_000, 2).sentence).toBe(
      'too slow by a factor of 1.50: this host needs 3.0 s for a window, and the network closes one every 2.0 s; use a faster or less loaded core with SHA instructions, or follow as an observer that verifies proofs',
    )
    expect(assessSpeed(25_000_000, 325_000_000).sentence).toBe(
      'fast enough: this host needs 13.0 s for a window, and a window is meant to take 60.0 s',
    )
  })

  it('is against the 60 s of production where no pace is known', () => {
    expect(assessSpeed(1_000_000, 90_000_000)).toMatchObject({ factor: 1.5, isTooSlow: true })
  })

  it('needs a D inside the band', () => {
    expect(() => assessSpeed(1, 2 ** 32)).toThrow(expect.objectContaining({ code: 'TIMECHAIN_BAD_D' }))
  })

  it('names the D of a wanted time, inside the band', () => {
    expect([dForSeconds(5_097_280, 60), dForSeconds(1e9, 60), dForSeconds(0.001, 1)]).toEqual([305_836_800, MAX_D, 1])
  })
})

describe.each(backends)('measuring $name', (backend) => {
  it('gives steps per second, in about the time given', async () => {
    const begin = performance.now()
    const chain = await measureClock(backend, { ms: 200 })
    const together = await measureVerification(backend, { ms: 200, threads: 1 })
    expect(performance.now() - begin).toBeLessThan(10_000)
    for (const rate of [chain, together]) expect(rate).toBeGreaterThan(1000)
  })

  it('ends when asked', async () => {
    const signal = AbortSignal.timeout(50)
    await expect(measureClock(backend, { ms: 60_000, signal })).rejects.toBeInstanceOf(AbortError)
    const again = AbortSignal.timeout(50)
    const together = measureVerification(backend, { ms: 60_000, threads: 1, signal: again })
    await expect(together).rejects.toBeInstanceOf(AbortError)
  })
})

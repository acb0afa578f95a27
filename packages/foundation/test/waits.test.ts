import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { AbortError, errorCode, isAbort, TimeoutError } from '../src/errors.js'
import { sleep, withTimeout } from '../src/waits.js'

const listeners = (signal: AbortSignal) => getEventListeners(signal, 'abort').length

describe('sleep', () => {
  it('ends by itself or with the signal, and leaves no listener on either path', async () => {
    const controller = new AbortController()
    await sleep(1, controller.signal)
    expect(listeners(controller.signal)).toBe(0)
    const long = sleep(60_000, controller.signal)
    expect(listeners(controller.signal)).toBe(1)
    controller.abort(new Error('stop'))
    await expect(long).rejects.toBeInstanceOf(AbortError)
    expect(listeners(controller.signal)).toBe(0)
  })

  it('does not start when the signal has fired', async () => {
    await expect(sleep(60_000, AbortSignal.abort())).rejects.toMatchObject({ code: 'ABORTED' })
  })
})

describe('withTimeout', () => {
  it('gives the result and cleans up', async () => {
    const controller = new AbortController()
    expect(await withTimeout(1000, controller.signal, async () => 7)).toBe(7)
    expect(listeners(controller.signal)).toBe(0)
  })

  it('passes a failure of the work on', async () => {
    await expect(withTimeout(1000, undefined, () => Promise.reject(new Error('mine')))).rejects.toThrow('mine')
  })

  it('fires TimeoutError, tells the work, and cleans up', async () => {
    const controller = new AbortController()
    let seen: unknown
    const work = (signal: AbortSignal) =>
      new Promise<never>(() => signal.addEventListener('abort', () => (seen = signal.reason)))
    await expect(withTimeout(5, controller.signal, work)).rejects.toBeInstanceOf(TimeoutError)
    expect(seen).toBeInstanceOf(TimeoutError)
    expect(listeners(controller.signal)).toBe(0)
  })

  it('gives each step of the work the whole time, and a step that stalls no more', async () => {
    const steps = async (signal: AbortSignal, restart: () => void) => {
      for (let step = 0; step < 3; step++) {
        await sleep(200, signal)
        restart()
      }
      return 'done'
    }
    expect(await withTimeout(500, undefined, steps)).toBe('done')
    const stalling = async (_: AbortSignal, restart: () => void) => {
      await sleep(1)
      restart()
      return await new Promise<never>(() => {})
    }
    await expect(withTimeout(20, undefined, stalling)).rejects.toBeInstanceOf(TimeoutError)
  })

  it('sets no timer for a step behind its end', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
    const before = timers()
    let late = () => {}
    await withTimeout(60_000, undefined, async (_, restart) => {
      late = restart
    })
    late()
    expect(timers()).toBe(before)
  })

  it('is an abort, not a timeout, when the parent ends it', async () => {
    const controller = new AbortController()
    const stopped = withTimeout(60_000, controller.signal, (signal) => sleep(60_000, signal))
    controller.abort()
    const error = await stopped.catch((reason: unknown) => reason)
    expect(isAbort(error)).toBe(true)
    expect(errorCode(error)).toBe('ABORTED')
    expect(listeners(controller.signal)).toBe(0)
    await expect(withTimeout(60_000, AbortSignal.abort(), () => new Promise(() => {}))).rejects.toSatisfy(isAbort)
  })
})

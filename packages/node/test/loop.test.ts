import { type Effect, engineConfig, genesisChainState, restoreState } from '@montana/consensus'
import { seededRandom, systemTime } from '@montana/foundation'
import { devnetGenesis, genesisHash, nodeIdOf } from '@montana/ledger'
import { StoreError } from '@montana/store'
import { describe, expect, it, vi } from 'vitest'
import { EngineLoop, type LoopEvent } from '../src/runtime/loop.js'
import { diskGate } from './support/disk.js'

const key = new Uint8Array(1952).fill(1)
const document = devnetGenesis(
  [{ label: 'solo', nodePublicKey: key, accountPublicKey: new Uint8Array(1952).fill(2) }],
  {
    proposerRule: 'bootstrap',
    cementingRule: 'evidence',
  },
)

/** A network of one, with the real engine; `commit` decides what the disk does. */
function solo(commit: (window: number) => void) {
  const config = engineConfig(document, {
    genesisHash: genesisHash(document),
    selfNodeId: nodeIdOf(key),
    minWindowMs: 0,
    verify: { kind: 'quorum' },
    random: seededRandom(1),
  })
  const order: string[] = []
  const fatal: unknown[] = []
  const answer = (effect: Effect): LoopEvent | undefined => {
    if (effect.type === 'grind')
      return { type: 'tick', window: effect.window, value: new Uint8Array(32).fill(effect.window) }
    if (effect.type !== 'sign') return undefined
    const { kind, window, scope, draft } = effect
    return { type: 'signed', kind, window, scope, signature: new Uint8Array(3309), ...(draft && { draft }) }
  }
  const restored = {
    chain: genesisChainState(document),
    headEnvelope: undefined,
    recent: new Map(),
    journal: [],
    registrations: [],
    signFrom: 1,
  }
  const loop: EngineLoop = new EngineLoop(config, restoreState(restored, systemTime.monotonicMs()), {
    time: systemTime,
    disk: diskGate({ onFatal: (error) => fatal.push(error) }),
    execute: (effect) => {
      order.push(effect.type === 'broadcast' ? `broadcast ${effect.message.kind}` : effect.type)
      if (effect.type === 'commit') commit(effect.commit.window)
      const event = answer(effect)
      if (event && loop.head < 3) loop.dispatch(event)
    },
    onStep: () => {},
    onFatal: (error) => fatal.push(error),
  })
  return { loop, order, fatal }
}

describe('the engine loop', () => {
  it('cements by itself and announces a window only after its commit', () => {
    const { loop, order, fatal } = solo(() => {})
    loop.dispatch({ type: 'start' })
    expect(loop.head).toBeGreaterThanOrEqual(3)
    expect(fatal).toEqual([])
    expect(order.indexOf('commit')).toBeLessThan(order.indexOf('broadcast proposal'))
    loop.stop()
  })

  it('shows no window that the disk refused, announces nothing of it, and handles nothing more', () => {
    const full = new Error('no space')
    const { loop, order, fatal } = solo((window) => {
      if (window === 2) throw full
    })
    loop.dispatch({ type: 'start' })
    expect(fatal).toEqual([full])
    expect(loop.head).toBe(1)
    expect(order.at(-1)).toBe('commit')
    loop.dispatch({ type: 'wake' })
    expect(order.at(-1)).toBe('commit')
  })

  it('holds the step that a full disk has stopped, announces nothing of it, and goes on with that very step', async () => {
    let isFull = true
    const { loop, order, fatal } = solo((window) => {
      if (window === 2 && isFull) throw new StoreError('STORE_FULL', 'no space')
    })
    loop.dispatch({ type: 'start' })
    expect([loop.head, loop.isHeld, order.at(-1)]).toEqual([1, true, 'commit'])
    const before = [...order]
    const free = loop.whenFree(new AbortController().signal)
    loop.dispatch({ type: 'wake' })
    await vi.waitUntil(() => order.length > before.length, 10_000)
    expect(new Set(order.slice(before.length)), 'only the commit is tried again').toEqual(new Set(['commit']))
    isFull = false
    await free
    await vi.waitUntil(() => loop.head >= 3, 10_000)
    expect([loop.isHeld, fatal]).toEqual([false, []])
    // But for the repeated commits it is the history of a loop whose disk was never full: nothing is signed twice.
    const undisturbed = solo(() => {})
    undisturbed.loop.dispatch({ type: 'start' })
    const repeated = order.slice(before.length).findIndex((effect) => effect !== 'commit')
    const whole = [...before, ...order.slice(before.length + repeated)]
    expect(whole.slice(0, undisturbed.order.length)).toEqual(undisturbed.order.slice(0, whole.length))
    expect(whole.length).toBeGreaterThan(before.length + 3)
    for (const one of [loop, undisturbed.loop]) one.stop()
  })

  it('a held step that fails for another reason ends the loop', async () => {
    let code: 'STORE_FULL' | 'STORE_IO' = 'STORE_FULL'
    const { loop, fatal } = solo((window) => {
      if (window === 2) throw new StoreError(code, 'a disk')
    })
    loop.dispatch({ type: 'start' })
    expect(loop.isHeld).toBe(true)
    code = 'STORE_IO'
    await vi.waitUntil(() => fatal.length > 0, 10_000)
    expect(fatal).toMatchObject([{ code: 'STORE_IO' }])
    expect(loop.head).toBe(1)
  })

  it('waiting for a window ends with the window, the signal or the loop, and leaves no listener', async () => {
    const { loop } = solo(() => {})
    const controller = new AbortController()
    const waiting = loop.waitForHead(2, controller.signal)
    loop.dispatch({ type: 'start' })
    await waiting
    const never = loop.waitForHead(99, controller.signal)
    controller.abort()
    await expect(never).rejects.toMatchObject({ name: 'AbortError' })
    const stopped = loop.waitForHead(99, new AbortController().signal)
    loop.stop()
    await expect(stopped).rejects.toMatchObject({ name: 'AbortError' })
  })
})

import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { awaitTickets, type LayerResult, MirrorError, openMirrorStore } from '../../src/index.js'
import { temporaryFolder } from '../folders.js'
import { failing, until, workerStand } from './worker-stand.js'

const never = (signal: AbortSignal) =>
  new Promise<LayerResult>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })

describe('a run', () => {
  it('goes through the layers of a target in order, roles first', async () => {
    const order: string[] = []
    const stand = workerStand({
      runRoles: async (mirror) => void order.push(`${mirror}/roles`),
      runLayer: async (mirror, layer) => {
        order.push(`${mirror}/${layer}`)
        return { status: 'ok' }
      },
    })
    for (const layer of ['variables', 'secrets', 'code', 'workflows'] as const) stand.ask('a', layer)
    expect(await stand.drain()).toMatchObject({ runs: 4, isPaused: false })
    expect(order).toEqual(['a/roles', 'a/code', 'a/workflows', 'a/secrets', 'a/variables'])
  })

  it('leaves job, attempt, layer and events', async () => {
    const stand = workerStand({
      runLayer: async () => ({ status: 'ok', commit: 'c0ffee', lagCommits: 0, counts: { pushes: 1 } }),
    })
    stand.ask('a', 'code')
    await stand.drain()
    const { store } = stand
    expect(store.jobs.get('a', 'code')).toMatchObject({ state: 'idle', wantedSeq: 1, doneSeq: 1, lastErrorCode: null })
    const layer = store.layers.get('a', 'code')
    expect(layer).toMatchObject({ status: 'ok', commit: 'c0ffee', lagCommits: 0, error: null })
    expect(layer.lastSuccessAtMs).toBeGreaterThanOrEqual(layer.lastAttemptAtMs ?? Number.NaN)
    expect(store.attempts.history('a', 5)).toMatchObject([{ outcome: 'ok', counts: { pushes: 1 }, errorCode: null }])
    const events = store.events.after(0, 10).map(({ kind, data }) => `${kind} ${data.state ?? data.status}`)
    expect(events).toEqual(['job pending', 'job running', 'layer ok'])
  })

  it('targets are independent: one that hangs keeps no other', async () => {
    const stand = workerStand({ targets: ['a', 'b'], layers: ['code'] })
    stand.behaviour.runLayer = async (mirror, _, signal) => (mirror === 'a' ? await never(signal) : { status: 'ok' })
    stand.ask('a', 'code')
    stand.ask('b', 'code')
    const running = stand.worker().run(stand.stop.signal)
    await until(() => stand.store.jobs.get('b', 'code')?.doneSeq === 1)
    stand.ask('b', 'code')
    await until(() => stand.store.jobs.get('b', 'code')?.doneSeq === 2)
    expect(stand.log.filter((entry) => entry.startsWith('a'))).toHaveLength(1)
    stand.stop.abort()
    await running
  })

  it('a request that arrives while it runs makes it run once more, not before its time', async () => {
    const starts: number[] = []
    const stand = workerStand({ layers: ['code'] })
    stand.behaviour.runLayer = async () => {
      starts.push(Date.now())
      if (starts.length === 1) for (let n = 0; n < 5; n++) stand.ask('a', 'code', 'change')
      return { status: 'ok' }
    }
    stand.ask('a', 'code')
    await stand.drain()
    expect(starts).toHaveLength(2)
    expect((starts[1] ?? 0) - (starts[0] ?? 0)).toBeGreaterThanOrEqual(60)
    expect(stand.store.jobs.get('a', 'code')).toMatchObject({ wantedSeq: 6, doneSeq: 6, state: 'idle' })
  })

  it('leaves no listener at the signal that was handed in', async () => {
    const stand = workerStand()
    stand.ask('a', 'code')
    await stand.drain()
    expect(getEventListeners(stand.stop.signal, 'abort')).toHaveLength(0)
  })
})

describe('what fails', () => {
  it('is tried again after a while, with the success of before in sight', async () => {
    const stand = workerStand({ layers: ['code'] })
    stand.ask('a', 'code')
    await stand.drain()
    const { lastSuccessAtMs } = stand.store.layers.get('a', 'code')
    stand.behaviour.runLayer = failing('TARGET_UNREACHABLE')
    stand.ask('a', 'code')
    expect(await stand.drain()).toMatchObject({ runs: 1, jobs: [{ state: 'pending', attempts: 1 }] })
    const error = { code: 'TARGET_UNREACHABLE', message: 'no: TARGET_UNREACHABLE', remedy: 'mend it' }
    expect(stand.store.layers.get('a', 'code')).toMatchObject({ status: 'failed', error, lastSuccessAtMs })
    expect(stand.alerts).toEqual([])
    const job = stand.store.jobs.get('a', 'code')
    expect((job?.nextAttemptAtMs ?? 0) - Date.now()).toBeGreaterThan(0)
    stand.behaviour.runLayer = async () => ({ status: 'ok' })
    const running = stand.worker().run(stand.stop.signal)
    await until(() => stand.store.jobs.get('a', 'code')?.state === 'idle')
    expect(stand.store.layers.get('a', 'code')).toMatchObject({ status: 'ok', error: null })
    stand.stop.abort()
    await running
  })

  it('keeps the time that a provider names, also by hand', async () => {
    const stand = workerStand({ layers: ['code'] })
    stand.behaviour.runLayer = async () => {
      throw new MirrorError('RATE_LIMITED', 'slowly', { retryAfterMs: 30_000 })
    }
    stand.ask('a', 'code')
    await stand.drain()
    stand.ask('a', 'code')
    expect(await stand.drain()).toMatchObject({ runs: 0 })
    expect((stand.store.jobs.get('a', 'code')?.nextAttemptAtMs ?? 0) - Date.now()).toBeGreaterThan(25_000)
  })

  it('when blocked is alerted once, and tried again on a change', async () => {
    const stand = workerStand({ layers: ['code'], runLayer: failing('TARGET_AUTH') })
    for (const kind of ['manual', 'change', 'change'] as const) {
      stand.ask('a', 'code', kind)
      expect(await stand.drain()).toMatchObject({ runs: 1, jobs: [{ state: 'blocked' }] })
    }
    expect(stand.alerts).toEqual([
      { mirror: 'a', layer: 'code', code: 'TARGET_AUTH', message: 'no: TARGET_AUTH', remedy: 'mend it' },
    ])
    expect((await stand.drain()).runs).toBe(0)
    stand.behaviour.runLayer = async () => ({ status: 'ok' })
    stand.ask('a', 'code', 'change')
    await stand.drain()
    stand.behaviour.runLayer = failing('TARGET_AUTH')
    stand.ask('a', 'code', 'change')
    await stand.drain()
    expect(stand.alerts).toHaveLength(2)
  })

  it('when blocked is tried at once with a new configuration', async () => {
    const stand = workerStand({ layers: ['code'], runLayer: failing('TARGET_AUTH') })
    stand.ask('a', 'code')
    await stand.drain()
    stand.behaviour.runLayer = async () => ({ status: 'ok' })
    stand.fingerprint.value = 'second'
    expect(await stand.drain()).toMatchObject({ runs: 1, jobs: [{ state: 'idle' }] })
  })

  it('keeps results per ref, and what it found', async () => {
    const refs = [
      {
        ref: 'refs/heads/main',
        outcome: 'diverged',
        before: 'b',
        after: 'b',
        rescueRef: null,
        ahead: 1,
        behind: 2,
        foreignAuthor: 'F',
        message: null,
      },
    ] as const
    const error = { code: 'REF_DIVERGED', message: 'one ref diverged', remedy: 'decide' }
    const stand = workerStand({
      layers: ['code'],
      runLayer: async () => ({ status: 'diverged', refs, error, lagCommits: 2 }),
    })
    stand.ask('a', 'code')
    await stand.drain()
    expect(stand.store.layers.get('a', 'code')).toMatchObject({
      status: 'diverged',
      error,
      lagCommits: 2,
      lastSuccessAtMs: null,
    })
    expect(stand.store.attempts.history('a', 1)[0]).toMatchObject({ outcome: 'diverged', refs })
    expect(stand.alerts).toHaveLength(1)
  })

  it('for the first time holds back what comes after it, by the name of the step', async () => {
    const stand = workerStand()
    for (const layer of ['code', 'secrets', 'variables'] as const) stand.ask('a', layer)
    stand.behaviour.runLayer = failing('TARGET_UNREACHABLE')
    expect(await stand.drain()).toMatchObject({ runs: 1 })
    expect(stand.log).toEqual(['a/code'])
    const { status, error } = stand.store.layers.get('a', 'secrets')
    expect([status, error?.message]).toEqual(['blocked', 'step code failed: no: TARGET_UNREACHABLE'])
    stand.behaviour.runLayer = async () => ({ status: 'ok' })
    stand.ask('a', 'code')
    expect(await stand.drain()).toMatchObject({ runs: 3 })
    expect(stand.store.layers.get('a', 'secrets')).toMatchObject({ status: 'ok', error: null })
  })

  it('later keeps nothing else', async () => {
    const stand = workerStand({ layers: ['code', 'secrets'] })
    for (const layer of ['code', 'secrets'] as const) stand.ask('a', layer)
    await stand.drain()
    stand.behaviour.runLayer = async (_, layer) =>
      await (layer === 'code' ? failing('TARGET_UNREACHABLE')() : { status: 'ok' as const })
    for (const layer of ['code', 'secrets'] as const) stand.ask('a', layer)
    expect(await stand.drain()).toMatchObject({ jobs: [{ state: 'pending' }, { state: 'idle', doneSeq: 2 }] })
  })

  it('in the roles keeps every layer from running, with one alert', async () => {
    const stand = workerStand({ layers: ['code', 'secrets'], runRoles: failing('TARGET_AUTH') as () => Promise<never> })
    for (const layer of ['code', 'secrets'] as const) stand.ask('a', layer)
    expect(await stand.drain()).toMatchObject({ runs: 0, jobs: [{ state: 'blocked' }, { state: 'blocked' }] })
    expect(stand.log).toEqual([])
    expect(stand.alerts).toMatchObject([{ mirror: 'a', layer: null, code: 'TARGET_AUTH' }])
    expect(stand.store.layers.get('a', 'code').error?.message).toBe('step roles failed: no: TARGET_AUTH')
  })

  it('beyond its time is stuck: ended, alerted, tried again', async () => {
    const stand = workerStand({ layers: ['code'], runLayer: async (_, __, signal) => await never(signal) })
    const pushTimeoutMs = { first: 50, later: 50 }
    const worker = stand.workerOf({ pushTimeoutMs })
    stand.ask('a', 'code')
    expect(await worker.drain(stand.stop.signal)).toMatchObject({
      jobs: [{ state: 'pending', lastErrorCode: 'TIMEOUT' }],
    })
    expect(stand.store.attempts.history('a', 1)).toMatchObject([{ outcome: 'stuck', errorCode: 'TIMEOUT' }])
    expect(stand.alerts).toMatchObject([{ code: 'TIMEOUT', layer: 'code' }])
  })
})

describe('a daemon', () => {
  it('compares each target from time to time', async () => {
    const stand = workerStand({ targets: ['a', 'b'], layers: ['code'], timing: { reconcileMs: 150 } })
    const running = stand.worker().run(stand.stop.signal)
    await until(() => stand.log.filter((entry) => entry === 'a/code').length >= 3)
    stand.stop.abort()
    await running
    expect(stand.log.filter((entry) => entry === 'b/code').length).toBeGreaterThanOrEqual(2)
  })

  it('takes what another connection has queued, and a waiter learns of it', async () => {
    const stand = workerStand({ layers: ['code'] })
    const running = stand.worker().run(stand.stop.signal)
    const other = openMirrorStore(stand.folder)
    await until(() => stand.store.jobs.get('a', 'code')?.doneSeq === 1)
    const tickets = stand.ask('a', 'code')
    expect(await awaitTickets(other, tickets, stand.stop.signal)).toMatchObject([{ state: 'idle', doneSeq: 2 }])
    other.close()
    stand.stop.abort()
    await running
  })

  it('keeps a job that is interrupted, and waits for no child that does not end', async () => {
    const stand = workerStand({ layers: ['code'], runLayer: () => new Promise(() => {}) })
    stand.ask('a', 'code')
    const running = stand.worker().run(stand.stop.signal)
    await until(() => stand.log.length === 1)
    const begun = performance.now()
    stand.stop.abort()
    await running
    expect(performance.now() - begun).toBeLessThan(2_000)
    expect(stand.store.jobs.get('a', 'code')).toMatchObject({ state: 'pending', attempts: 0 })
    expect(stand.store.attempts.history('a', 1)).toMatchObject([{ outcome: 'interrupted' }])
    expect(stand.store.layers.get('a', 'code').status).toBe('pending')
    expect(stand.store.lease.holder()).toBeUndefined()
  })

  it('whose lease is taken stops, and writes nothing more', async () => {
    const stand = workerStand({ layers: ['code'] })
    const released = { now: (_: LayerResult) => {} }
    stand.behaviour.runLayer = () => new Promise((resolve) => (released.now = resolve))
    stand.ask('a', 'code')
    const running = stand.worker().run(stand.stop.signal)
    await until(() => stand.log.length === 1)
    stand.store.lease.release(stand.store.lease.holder()?.owner ?? '')
    const thief = { owner: 'thief', pid: 1, bootId: 'elsewhere', started: '', expiresAtMs: Date.now() + 60_000 }
    expect(stand.store.lease.acquire(thief, Date.now())).toBeUndefined()
    released.now({ status: 'ok' })
    await expect(running).rejects.toMatchObject({ code: 'BUSY' })
    expect(stand.store.jobs.get('a', 'code')).toMatchObject({ state: 'running', doneSeq: 0 })
    expect(stand.store.lease.holder()).toMatchObject({ owner: 'thief' })
  })

  it('does nothing while a reset isolates the mirrors', async () => {
    const stand = workerStand()
    stand.store.setPaused('reset of the history')
    stand.ask('a', 'code')
    expect(await stand.drain()).toMatchObject({ runs: 0, isPaused: true, jobs: [{ state: 'pending' }] })
    stand.store.setPaused(null)
    expect(await stand.drain()).toMatchObject({ runs: 1 })
  })

  it('an empty queue drains at once, also in a new folder', async () => {
    expect(await workerStand({ folder: temporaryFolder() }).drain()).toEqual({ jobs: [], runs: 0, isPaused: false })
  })
})

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemTime } from '@montana/foundation'
import { describe, expect, it } from 'vitest'
import { HookQueue } from '../../src/index.js'
import { startChild } from '../processes.js'
import { failing, until, workerStand } from './worker-stand.js'

describe('scenario 8: two syncs at once; 200 changes while a target is down', () => {
  it('of two syncs in two processes one runs, the other is BUSY and its request is done by the first', async () => {
    const stand = workerStand({ targets: ['a', 'b'], layers: ['code'] })
    stand.ask('a', 'code')
    const first = startChild('worker.mjs', stand.folder, 'drain', 'gate')
    expect(await first.line()).toBe('begin a/code')
    stand.ask('a', 'code')
    const second = startChild('worker.mjs', stand.folder, 'drain', 'gate')
    expect(await second.ended()).toBe(0)
    expect(second.lines).toEqual(['BUSY 75'])
    writeFileSync(join(stand.folder, 'go'), '')
    await first.ended()
    expect(first.lines).toEqual(['begin a/code', 'end a/code', 'begin a/code', 'end a/code', 'done 2'])
    expect(stand.store.jobs.get('a', 'code')).toMatchObject({ wantedSeq: 2, doneSeq: 2, state: 'idle' })
  })

  it('200 changes while a target is down: each hook within 50 ms, and one run on its return', async () => {
    const stand = workerStand({
      layers: ['code'],
      runLayer: failing('TARGET_UNREACHABLE'),
      timing: { backoffMs: 1_000, backoffMaxMs: 1_000 },
    })
    stand.ask('a', 'code')
    const running = stand.worker().run(stand.stop.signal)
    await until(() => stand.store.jobs.get('a', 'code')?.attempts === 1)
    const hook = new HookQueue(stand.folder, systemTime)
    const times: number[] = []
    for (let change = 0; change < 200; change++) {
      const begun = performance.now()
      hook.enqueue([{ mirror: 'a', layer: 'code' }], `change ${change}`)
      times.push(performance.now() - begun)
    }
    hook.close()
    times.sort((a, b) => a - b)
    expect(times[197]).toBeLessThanOrEqual(50)
    stand.log.length = 0
    stand.behaviour.runLayer = async () => ({ status: 'ok' })
    await until(() => stand.store.jobs.get('a', 'code')?.state === 'idle')
    stand.stop.abort()
    await running
    expect(stand.log).toEqual(['a/code'])
    expect(stand.store.jobs.get('a', 'code')).toMatchObject({ wantedSeq: 201, doneSeq: 201 })
  })
})

describe('the end of a worker', () => {
  it('kill -9: another one takes over at once, and does what was begun', async () => {
    const stand = workerStand({ layers: ['code'] })
    stand.ask('a', 'code')
    const child = startChild('worker.mjs', stand.folder, 'run', 'hang')
    expect(await child.line()).toBe('begin a/code')
    await expect(stand.drain()).rejects.toMatchObject({ code: 'BUSY', exitCode: 75 })
    child.signal('SIGKILL')
    expect(await child.ended()).toBe('SIGKILL')
    const begun = performance.now()
    expect(await stand.drain()).toMatchObject({ runs: 1, jobs: [{ state: 'idle', doneSeq: 1 }] })
    expect(performance.now() - begun).toBeLessThan(5_000)
    const outcomes = stand.store.attempts.history('a', 5).map(({ outcome }) => outcome)
    expect(outcomes).toEqual(['ok', 'interrupted'])
  })

  it.each(['hang', 'deaf'])(
    'SIGTERM: exits within 10 s with a child that is %s, and keeps the job',
    async (behaviour) => {
      const stand = workerStand({ layers: ['code'] })
      stand.ask('a', 'code')
      const child = startChild('worker.mjs', stand.folder, 'run', behaviour)
      expect(await child.line()).toBe('begin a/code')
      const begun = performance.now()
      child.signal('SIGTERM')
      expect(await child.ended()).toBe(0)
      expect(performance.now() - begun).toBeLessThan(10_000)
      expect(child.lines.at(-1)).toBe('done run')
      expect(stand.store.jobs.get('a', 'code')).toMatchObject({ state: 'pending', attempts: 0, doneSeq: 0 })
      expect(stand.store.lease.holder()).toBeUndefined()
    },
  )

  it('a worker that was stopped for longer than its lease finds another one at work, and goes', async () => {
    const stand = workerStand({ layers: ['code'] })
    stand.ask('a', 'code')
    const child = startChild('worker.mjs', stand.folder, 'run', 'hang')
    await child.line()
    child.signal('SIGSTOP')
    await expect(stand.drain()).rejects.toMatchObject({ code: 'BUSY' })
    const holder = stand.store.lease.holder()
    stand.store.lease.renew(holder?.owner ?? '', Date.now() - 1)
    expect(await stand.drain()).toMatchObject({ runs: 1 })
    const successor = {
      owner: 'successor',
      pid: process.pid,
      bootId: 'here',
      started: '',
      expiresAtMs: Date.now() + 60_000,
    }
    stand.store.lease.acquire(successor, Date.now())
    child.signal('SIGCONT')
    expect(await child.ended()).toBe(0)
    expect(child.lines.at(-1)).toBe('BUSY 75')
    expect(stand.store.jobs.get('a', 'code')).toMatchObject({ state: 'idle', doneSeq: 1 })
  })
})

import { describe, expect, it, onTestFinished } from 'vitest'
import type { LayerRecord, OwnedName, RefResult } from '../../src/index.js'
import { openMirrorStore } from '../../src/index.js'
import type { RequestKind } from '../../src/store/jobs.js'
import { temporaryFolder } from '../folders.js'

function opened() {
  const store = openMirrorStore(temporaryFolder())
  onTestFinished(() => store.close())
  return store
}

const END = { outcome: 'ok', errorCode: null, message: null, refs: [], counts: {} } as const
const DAY_MS = 86_400_000

describe('jobs', () => {
  const jobs = () => {
    const { jobs: table } = opened()
    const request = (kind: RequestKind, dueAtMs = 100) =>
      table.request({ mirror: 'a', layer: 'code', kind, reason: kind, dueAtMs })
    return { table, request, job: () => table.get('a', 'code') }
  }

  it('a second request for a pending one only raises what is wanted', () => {
    const { request, job, table } = jobs()
    expect([request('change', 100), request('change', 200)]).toEqual([1, 2])
    expect(job()).toMatchObject({ state: 'pending', wantedSeq: 2, doneSeq: 0, nextAttemptAtMs: 100 })
    expect(table.all()).toHaveLength(1)
  })

  it('one that arrives while it runs makes it run once more', () => {
    const { request, job, table } = jobs()
    request('change')
    const seq = table.begin('a', 'code')
    request('change')
    expect(job()).toMatchObject({ state: 'running', wantedSeq: 2 })
    table.succeed('a', 'code', seq, 500)
    expect(job()).toMatchObject({ state: 'pending', doneSeq: 1, nextAttemptAtMs: 500 })
    table.succeed('a', 'code', table.begin('a', 'code'), 900)
    expect(job()).toMatchObject({ state: 'idle', doneSeq: 2 })
  })

  it('back-off outlives a change, but not a request by hand', () => {
    const { request, job, table } = jobs()
    request('change')
    table.fail('a', 'code', 'pending', 'TARGET_UNREACHABLE', 9_000)
    request('change', 200)
    expect(job()).toMatchObject({ attempts: 1, nextAttemptAtMs: 9_000, lastErrorCode: 'TARGET_UNREACHABLE' })
    request('manual', 300)
    expect(job()?.nextAttemptAtMs).toBe(300)
  })

  it('a limit of the provider outlives both', () => {
    const { request, job, table } = jobs()
    request('change')
    table.fail('a', 'code', 'pending', 'RATE_LIMITED', 9_000)
    request('manual', 300)
    expect(job()?.nextAttemptAtMs).toBe(9_000)
  })

  it('a blocked one is retried after a change or by hand, not by the timer', () => {
    for (const kind of ['change', 'manual', 'reconcile'] as const) {
      const { request, job, table } = jobs()
      request('change')
      table.fail('a', 'code', 'blocked', 'TARGET_AUTH', 9_000)
      request(kind, 300)
      const isRetried = kind !== 'reconcile'
      expect(job()?.state).toBe(isRetried ? 'pending' : 'blocked')
      expect(job()?.nextAttemptAtMs).toBe(isRetried ? 300 : 9_000)
      expect(job()?.lastErrorCode).toBe('TARGET_AUTH')
    }
  })

  it('the timer wakes an idle one only', () => {
    const { request, job, table } = jobs()
    expect(request('reconcile')).toBe(1)
    expect(request('reconcile')).toBe(1)
    table.succeed('a', 'code', table.begin('a', 'code'), 0)
    expect(request('reconcile', 700)).toBe(2)
    expect(job()).toMatchObject({ state: 'pending', nextAttemptAtMs: 700 })
  })

  it('what a dead worker left running is pending again', () => {
    const { request, job, table } = jobs()
    request('change')
    table.begin('a', 'code')
    expect(table.recover(50)).toBe(1)
    expect(job()).toMatchObject({ state: 'pending', nextAttemptAtMs: 50 })
  })

  it('a changed configuration unblocks all layers of its target', () => {
    const { request, table, job } = jobs()
    request('change')
    table.fail('a', 'code', 'blocked', 'TARGET_AUTH', 9_000)
    table.unblock('b', 1)
    expect(job()?.state).toBe('blocked')
    table.unblock('a', 1)
    expect(job()).toMatchObject({ state: 'pending', nextAttemptAtMs: 1, attempts: 0 })
  })
})

describe('attempts', () => {
  it('have a beginning and an end, newest first', () => {
    const { attempts } = opened()
    const first = attempts.start('a', 'code', 1)
    const refs: RefResult[] = [
      {
        ...{ ref: 'refs/heads/main', outcome: 'diverged' as const, before: 'x', after: 'x', rescueRef: null },
        ...{ ahead: 1, behind: 2, foreignAuthor: 'F', message: null },
      },
    ]
    attempts.finish(first, 5, {
      outcome: 'diverged',
      errorCode: 'REF_DIVERGED',
      message: 'm',
      refs,
      counts: { pushes: 1 },
    })
    const second = attempts.start('a', 'secrets', 7)
    expect(attempts.history('a', 10).map(({ id }) => id)).toEqual([second, first])
    expect(attempts.history('a', 10, second)[0]).toEqual({
      ...{ id: first, mirror: 'a', layer: 'code', startedAtMs: 1, endedAtMs: 5, outcome: 'diverged' },
      ...{ errorCode: 'REF_DIVERGED', message: 'm', refs, counts: { pushes: 1 } },
    })
    expect([attempts.lastStartMs('a'), attempts.lastStartMs('b')]).toEqual([7, null])
  })

  it('are read in order, as far as none is open', () => {
    const { attempts } = opened()
    const [a, b, c] = [1, 2, 3].map((at) => attempts.start('a', 'code', at)) as [number, number, number]
    attempts.finish(a, 9, END)
    attempts.finish(c, 9, END)
    expect(attempts.endedAfter(0, 10).map(({ id }) => id)).toEqual([a])
    attempts.interrupt(10)
    expect(attempts.endedAfter(a, 10)).toMatchObject([{ id: b, outcome: 'interrupted', endedAtMs: 10 }, { id: c }])
  })

  it('are kept for 90 days, and 10,000 of a target', () => {
    const store = opened()
    const now = 100 * DAY_MS
    store.transaction(() => {
      for (let at = 0; at < 10_010; at++) store.attempts.finish(store.attempts.start('a', 'code', now), now, END)
      store.attempts.finish(store.attempts.start('b', 'code', now - 91 * DAY_MS), now, END)
      store.attempts.finish(store.attempts.start('b', 'code', now - 89 * DAY_MS), now, END)
    })
    store.attempts.prune('a', now)
    store.attempts.prune('b', now)
    expect(store.attempts.history('a', 20_000)).toHaveLength(10_000)
    expect(store.attempts.history('b', 10)).toHaveLength(1)
  })
})

describe('the other tables', () => {
  it('a layer has a record before its first try, and keeps success and attempt apart', () => {
    const { layers } = opened()
    expect(layers.get('a', 'code')).toMatchObject({ status: 'never', lastSuccessAtMs: null, error: null })
    const error = { code: 'TARGET_AUTH', message: 'm', remedy: null }
    const record: LayerRecord = {
      ...{ mirror: 'a', layer: 'secrets', status: 'blocked', lastSuccessAtMs: 1, lastAttemptAtMs: 2, commit: null },
      ...{ synced: 3, total: 5, lagCommits: null, error, drift: { add: ['A'], change: [], remove: ['B'] } },
    }
    layers.put(record)
    layers.change('a', 'secrets', { lastAttemptAtMs: 9 })
    expect(layers.all()).toEqual([{ ...record, lastAttemptAtMs: 9 }])
  })

  it('refs, owned names, notes', () => {
    const store = opened()
    store.refs.put({ mirror: 'a', ref: 'refs/heads/main', pushed: 'x', seen: 'y', rescueRefs: ['refs/heads/rescue/1'] })
    store.refs.put({ mirror: 'a', ref: 'refs/heads/new', pushed: null, seen: 'z', rescueRefs: [] })
    expect(store.refs.pushedTips('a')).toEqual(new Map([['refs/heads/main', 'x']]))
    const owned: OwnedName = {
      mirror: 'a',
      kind: 'secret',
      name: 'N',
      mac: 'm',
      remoteUpdatedAtMs: 4,
      origin: 'adopted',
    }
    store.owned.put(owned)
    expect(store.owned.all('a', 'secret')).toEqual([owned])
    expect(store.owned.all('a', 'variable')).toEqual([])
    store.setPaused('a reset')
    expect(store.isPaused()).toBe(true)
    store.setPaused(null)
    expect(store.isPaused()).toBe(false)
    store.forget('a')
    expect([store.refs.all('a'), store.owned.all('a', 'secret')]).toEqual([[], []])
  })

  it('events and observations have growing ids and are cut, the audit is not', () => {
    const store = opened()
    store.transaction(() => {
      for (let at = 1; at <= 10_005; at++)
        store.events.add({ atMs: at, kind: 'job', mirror: 'a', layer: 'code', data: { at } })
    })
    expect(store.events.after(0, 1)[0]).toEqual({
      id: 6,
      atMs: 6,
      kind: 'job',
      mirror: 'a',
      layer: 'code',
      data: { at: 6 },
    })
    expect(store.events.after(10_004, 10)).toHaveLength(1)
    expect(store.events.lastId()).toBe(10_005)
    const observation = store.observations.add(1, 'healthy', { L: 3 })
    expect(store.observations.latest(5)).toEqual([{ id: observation, atMs: 1, verdict: 'healthy', detail: '{"L":3}' }])
    const entry = {
      atMs: 1,
      actor: 'operator',
      action: 'promote',
      reason: 'r',
      epochBefore: 6,
      epochAfter: null,
      detail: '[]',
    }
    const id = store.audit.add(entry)
    store.audit.update(id, { epochAfter: 7, detail: '["claim"]' })
    expect(store.audit.latest(5)).toEqual([{ ...entry, id, epochAfter: 7, detail: '["claim"]' }])
  })
})

describe('the lease', () => {
  const lease = (owner: string, expiresAtMs: number) => ({
    owner,
    pid: process.pid,
    bootId: 'elsewhere',
    started: '1',
    expiresAtMs,
  })

  it('belongs to one owner until it expires', () => {
    const { lease: row } = opened()
    expect(row.acquire(lease('a', 60), 0)).toBeUndefined()
    expect(row.acquire(lease('b', 60), 59)).toMatchObject({ owner: 'a' })
    expect(row.renew('a', 119)).toBe(true)
    expect(row.acquire(lease('b', 200), 119)).toBeUndefined()
    expect(row.renew('a', 300)).toBe(false)
    row.release('a')
    expect(row.holder()).toMatchObject({ owner: 'b' })
  })
})

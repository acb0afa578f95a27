import type { MetricsRegistry } from '@montana/foundation'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createMirrorMetrics, followStore, type MirrorFacts, openMirrorStore } from '../src/index.js'
import { temporaryFolder } from './folders.js'

const NO_FACTS: MirrorFacts = {
  ...{ nowMs: 100_000, epoch: null, permitRemainingMs: null, recordAgeMs: null, verdict: null },
  credentialExpiryMs: new Map(),
}
const END = { outcome: 'ok', errorCode: null, message: null, refs: [], counts: {} } as const

/** Keeps what is set, by name and labels. */
function recorder() {
  const values: Record<string, number> = {}
  const key = (name: string, labels: Readonly<Record<string, string>>) =>
    [name.replace('montana_mirror_', ''), ...Object.values(labels)].join(' ')
  const set = (name: string) => (labels: Readonly<Record<string, string>>, value: number) => {
    values[key(name, labels)] = value
  }
  const inc =
    (name: string) =>
    (labels: Readonly<Record<string, string>>, value = 1) =>
      set(name)(labels, (values[key(name, labels)] ?? 0) + value)
  const registry: MetricsRegistry = {
    gauge: ({ name }) => ({ set: set(name) }),
    counter: ({ name }) => ({ inc: inc(name) }),
    histogram: ({ name }) => ({ observe: set(name) }),
  }
  return { values, registry }
}

function stand() {
  const store = openMirrorStore(temporaryFolder())
  onTestFinished(() => store.close())
  const { values, registry } = recorder()
  return { store, values, update: followStore(createMirrorMetrics(registry), store) }
}

describe('the metrics', () => {
  it('follow layers, queue, refs and drift', () => {
    const { store, values, update } = stand()
    const drift = { add: ['A', 'B'], change: [], remove: ['C'] }
    store.layers.change('a', 'code', { status: 'diverged', lastSuccessAtMs: 40_000, lagCommits: 3 })
    store.layers.change('a', 'secrets', { status: 'stale', drift })
    store.refs.put({ mirror: 'a', ref: 'refs/heads/main', pushed: null, seen: null, rescueRefs: ['x', 'y'] })
    store.jobs.request({ mirror: 'a', layer: 'code', kind: 'change', reason: '', dueAtMs: 0 })
    update(NO_FACTS)
    expect(values).toMatchObject({
      ...{ 'lag_commits a': 3, 'lag_seconds a': 60, 'last_success_timestamp_seconds a code': 40, 'rescue_refs a': 2 },
      ...{ 'queue_jobs pending': 1, 'queue_jobs running': 0, 'queue_jobs blocked': 0 },
      ...{ 'drift_items a secrets add': 2, 'drift_items a secrets change': 0, 'drift_items a secrets remove': 1 },
    })
    store.layers.change('a', 'code', { status: 'ok', lagCommits: 0 })
    update(NO_FACTS)
    expect(values['lag_seconds a']).toBe(0)
    expect(values).not.toHaveProperty('epoch')
  })

  it('count each attempt once, from now on', () => {
    const store = openMirrorStore(temporaryFolder())
    onTestFinished(() => store.close())
    store.attempts.finish(store.attempts.start('a', 'code', 0), 5_000, END)
    const { values, registry } = recorder()
    const update = followStore(createMirrorMetrics(registry), store)
    const open = store.attempts.start('a', 'code', 0)
    store.attempts.finish(store.attempts.start('a', 'secrets', 0), 1, {
      ...END,
      outcome: 'blocked',
      errorCode: 'TARGET_AUTH',
    })
    update(NO_FACTS)
    expect(values).not.toHaveProperty('attempts_total a ok ')
    store.attempts.finish(open, 2_500, END)
    update(NO_FACTS)
    update(NO_FACTS)
    expect(values).toMatchObject({
      ...{ 'attempts_total a ok ': 1, 'attempts_total a blocked TARGET_AUTH': 1, 'push_duration_seconds a': 2.5 },
    })
  })

  it('show what only the fence and the providers know', () => {
    const { values, update } = stand()
    const facts = { epoch: 7, permitRemainingMs: 90_000, recordAgeMs: 1_500, verdict: 'unhealthy' } as const
    update({ ...NO_FACTS, ...facts, credentialExpiryMs: new Map([['a', 2_000]]) })
    expect(values).toMatchObject({
      ...{ 'verdict healthy': 0, 'verdict unhealthy': 1, 'verdict unknown': 0, epoch: 7 },
      ...{ permit_remaining_seconds: 90, record_age_seconds: 1.5, 'credential_expiry_timestamp_seconds a': 2 },
    })
  })
})

import { getEventListeners } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { silentLogger } from '@montana/foundation'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { EtcdCluster, EtcdCoordinator, type GroupConfig, makeEpoch, splitEpoch } from '../../src/index.js'
import { candidate, etcdGroup, etcdOf, nowMs, Watcher } from '../support/candidates.js'
import { EtcdTestCluster } from '../support/etcd-cluster.js'
import { Link } from '../support/link.js'
import { whyWithout } from '../support/programs.js'

const reason = whyWithout(['etcd'], 'the lease in etcd')
const never = new AbortController().signal

describe.skipIf(reason !== undefined)('a lease in one etcd', () => {
  let etcd: EtcdTestCluster
  let config: GroupConfig

  beforeAll(async () => {
    etcd = await EtcdTestCluster.start()
  })
  afterAll(async () => await etcd?.stop())
  beforeEach(async () => {
    config = await etcdGroup(etcd.endpoints)
  })
  afterEach(async () => {
    const everything = { key: base64('/montana/'), range_end: base64('/montana0') }
    await etcd.call('kv/deleterange', everything)
  })

  it('is held by one of two that ask at once, under an epoch above all before', async () => {
    const hosts = await Promise.all(['amsterdam', 'almaty'].map((host) => candidate(config, host)))
    let last = 0n
    for (let round = 0; round < 10; round++) {
      const results = await Promise.all(hosts.map((host) => host.acquire(0n, never)))
      const [winner, ...others] = results.filter(({ kind }) => kind === 'acquired')
      if (winner?.kind !== 'acquired') throw new Error(JSON.stringify(results))
      expect(others).toEqual([])
      const { epoch } = winner.lease
      expect(epoch).toBeGreaterThan(last)
      const by = splitEpoch(epoch).chainIndex === 0 ? 'amsterdam' : 'almaty'
      expect(results).toContainEqual({ kind: 'held', by, epoch })
      await Promise.all(hosts.map((host) => host.release(never)))
      last = epoch
    }
  })

  it('has an epoch above the highest seen elsewhere, which stays when the lease is gone', async () => {
    const host = await candidate(config, 'almaty')
    expect(await host.epoch(never)).toBe(0n)
    const floor = makeEpoch({ counter: 100, rank: 1, chainIndex: 4 })
    const result = await host.acquire(floor, never)
    const epoch = makeEpoch({ counter: 101, rank: 3, chainIndex: 1 })
    expect(result).toMatchObject({ kind: 'acquired', lease: { epoch, ttlMs: 4000 } })
    await host.release(never)
    expect(await host.epoch(never)).toBe(epoch)
    expect(await host.acquire(0n, never)).toMatchObject({ kind: 'acquired', lease: { epoch: epoch + 0x10000n } })
  })

  it('takes a higher epoch while it leads', async () => {
    const host = await candidate(config, 'amsterdam')
    await host.acquire(0n, never)
    const floor = makeEpoch({ counter: 7, rank: 2, chainIndex: 3 })
    const epoch = makeEpoch({ counter: 8, rank: 3, chainIndex: 0 })
    expect(await host.acquire(floor, never)).toMatchObject({ kind: 'acquired', lease: { epoch } })
    expect(await host.renew(never)).toMatchObject({ kind: 'renewed', lease: { epoch } })
  })

  it('ends when it is no longer renewed, and not before its time', async () => {
    config = await etcdGroup(etcd.endpoints, { ttlSeconds: 2 })
    const [old, next] = await Promise.all(['amsterdam', 'almaty'].map((host) => candidate(config, host)))
    await old?.acquire(0n, never)
    await sleep(500)
    const renewal = await old?.renew(never)
    if (renewal?.kind !== 'renewed') throw new Error(renewal?.kind)
    for (;;) {
      if ((await next?.acquire(0n, never))?.kind === 'acquired') break
      await sleep(50)
    }
    const afterMs = nowMs() - renewal.lease.sentAtMs
    expect(afterMs).toBeGreaterThanOrEqual(2000)
    // Measured 2.03 to 2.50 s, spec three-mirror 6.2; half as much again for a busy host.
    expect(afterMs).toBeLessThan(2500 * 1.5)
    expect(await old?.renew(never)).toEqual({ kind: 'lost' })
  })

  it('is lost when etcd answers a renewal without a time', async () => {
    const host = await candidate(config, 'amsterdam')
    await host.acquire(0n, never)
    const { leases } = await etcd.call('lease/leases', {})
    for (const { ID } of leases as { ID: string }[]) await etcd.call('lease/revoke', { ID })
    expect(await host.renew(never)).toEqual({ kind: 'lost' })
    expect(await host.renew(never)).toEqual({ kind: 'lost' })
  })

  it('is lost when its key is gone though the lease lives', async () => {
    const host = await candidate(config, 'amsterdam')
    await host.acquire(0n, never)
    await etcd.call('kv/deleterange', { key: base64('/montana/montana-5/serve/leader') })
    expect(await host.renew(never)).toEqual({ kind: 'lost' })
  })

  it('keeps a leader whose value cannot be read, and refuses an epoch that cannot', async () => {
    const host = await candidate(config, 'amsterdam')
    await etcd.call('kv/put', { key: base64('/montana/montana-5/serve/leader'), value: base64('{') })
    expect(await host.acquire(0n, never)).toEqual({ kind: 'held', by: '?', epoch: null })
    await etcd.call('kv/deleterange', { key: base64('/montana/montana-5/serve/leader') })
    await etcd.call('kv/put', { key: base64('/montana/montana-5/serve/epoch'), value: base64('-1') })
    expect(await host.acquire(0n, never)).toMatchObject({ kind: 'refused', code: 'ETCD_ANSWER_INVALID' })
  })

  it('is found when the answer to the acquisition was lost', async () => {
    const link = await Link.to(etcd.endpoints[0] ?? '')
    onTestFinished(() => link.close())
    const host = await candidate(await etcdGroup([link.url]), 'amsterdam')
    link.loseAnswerTo('/v3/kv/txn')
    expect(await host.acquire(0n, never)).toMatchObject({ kind: 'unreachable' })
    const watcher = new Watcher(host)
    const { lease } = await watcher.next(({ kind }) => kind === 'acquired')
    expect(lease).toMatchObject({ epoch: makeEpoch({ counter: 1, rank: 3, chainIndex: 0 }) })
    expect(await host.renew(never)).toMatchObject({ kind: 'renewed' })
  })

  it('is taken again under a new epoch by who asks again after a lost answer', async () => {
    const link = await Link.to(etcd.endpoints[0] ?? '')
    onTestFinished(() => link.close())
    const host = await candidate(await etcdGroup([link.url]), 'amsterdam')
    link.loseAnswerTo('/v3/kv/txn')
    await host.acquire(0n, never)
    const epoch = makeEpoch({ counter: 2, rank: 3, chainIndex: 0 })
    expect(await host.acquire(0n, never)).toMatchObject({ kind: 'acquired', lease: { epoch } })
  })

  it('is seen by the others at once', async () => {
    const [leader, standby] = await Promise.all(['amsterdam', 'almaty'].map((host) => candidate(config, host)))
    if (!leader || !standby) throw new Error()
    const watcher = new Watcher(standby)
    await watcher.next((lease) => lease.kind === 'holder' && lease.host === null)
    await sleep(300)
    const fromMs = nowMs()
    await leader.acquire(0n, never)
    const { atMs } = await watcher.next((lease) => lease.kind === 'holder' && lease.host === 'amsterdam', { fromMs })
    expect(atMs - fromMs).toBeLessThan(500)
  })

  it('moves to another host without a moment in which nobody leads', async () => {
    const [leader, target] = await Promise.all(['amsterdam', 'spb'].map((host) => candidate(config, host)))
    if (!leader || !target) throw new Error()
    expect(await leader.transfer('spb', never)).toEqual({ kind: 'lost' })
    await leader.acquire(0n, never)
    expect(await leader.transfer('spb', never)).toMatchObject({ kind: 'refused' })
    const watcher = new Watcher(target)
    await watcher.next((lease) => lease.kind === 'holder')
    await sleep(300)
    const fromMs = nowMs()
    const epoch = makeEpoch({ counter: 2, rank: 3, chainIndex: 2 })
    expect(await leader.transfer('spb', never)).toEqual({ kind: 'moved', epoch })
    const { atMs, lease } = await watcher.next(({ kind }) => kind === 'acquired')
    expect(lease).toMatchObject({ epoch, grantedTtlMs: 4000 })
    expect(atMs - fromMs).toBeLessThan(1000)
    expect(await leader.renew(never)).toEqual({ kind: 'lost' })
    expect(await target.renew(never)).toMatchObject({ kind: 'renewed', lease: { epoch } })
    expect(await leader.acquire(0n, never)).toEqual({ kind: 'held', by: 'spb', epoch })
  })

  it('leaves nothing behind: no listener on the signal, no connection', async () => {
    const link = await Link.to(etcd.endpoints[0] ?? '')
    const { signal } = new AbortController()
    const stop = new AbortController()
    const etcdConfig = etcdOf(await etcdGroup([link.url]))
    const cluster = await EtcdCluster.open(etcdConfig)
    const options = { config, etcd: etcdConfig, policy: 'serve', self: 'amsterdam' }
    const host = new EtcdCoordinator(options, { cluster, nowMs, logger: silentLogger })
    setTimeout(() => stop.abort(), 700)
    for await (const _ of host.observe(stop.signal))
      expect(getEventListeners(stop.signal, 'abort').length).toBeLessThan(5)
    await host.acquire(0n, signal)
    await host.renew(signal)
    await host.transfer('spb', signal)
    await host.release(signal)
    expect(getEventListeners(signal, 'abort')).toEqual([])
    expect(getEventListeners(stop.signal, 'abort')).toEqual([])
    cluster.close()
    await expect.poll(() => link.connections).toBe(0)
    await link.close()
  })

  it('ends a call when its signal fires, with an abort', async () => {
    const link = await Link.to(etcd.endpoints[0] ?? '')
    onTestFinished(() => link.close())
    const host = await candidate(await etcdGroup([link.url]), 'amsterdam')
    link.silence()
    const stop = new AbortController()
    const running = host.acquire(0n, stop.signal)
    stop.abort()
    await expect(running).rejects.toMatchObject({ name: 'AbortError' })
  })
})

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}

import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { EtcdCluster, type EtcdCoordinator, type LeaseObservation } from '../../src/index.js'
import { candidate, etcdGroup, etcdOf, nowMs, Watcher } from '../support/candidates.js'
import { EtcdTestCluster } from '../support/etcd-cluster.js'
import { Link } from '../support/link.js'
import { whyWithout } from '../support/programs.js'

const reason = whyWithout(['etcd'], 'the watch of etcd')
const never = new AbortController().signal
/** What the reads alone do not reach: they come every second. */
const BY_WATCH_MS = 700

describe.skipIf(reason !== undefined)('what is seen of etcd over a link that fails', () => {
  let etcd: EtcdTestCluster
  let link: Link
  let leader: EtcdCoordinator
  let watcher: Watcher

  beforeAll(async () => {
    etcd = await EtcdTestCluster.start()
  })
  afterAll(async () => await etcd?.stop())
  beforeEach(async () => {
    link = await Link.to(etcd.endpoints[0] ?? '')
    leader = await candidate(await etcdGroup(etcd.endpoints), 'amsterdam')
    watcher = new Watcher(await candidate(await etcdGroup([link.url]), 'spb'))
    await watcher.next(isHolder(null))
    // For the watch to stand: it follows the first read.
    await sleep(400)
  })
  afterEach(async () => {
    await watcher.stop()
    await leader.release(never)
    await link.close()
  })

  /** Time until the standby knows that somebody acquired the lease; begins at a read, so that the next is a second away. */
  async function acquireAndSee(): Promise<number> {
    await watcher.next(isHolder(null), { fromMs: nowMs() })
    const fromMs = nowMs()
    await leader.acquire(0n, never)
    return (await watcher.next(isHolder('amsterdam'), { fromMs })).atMs - fromMs
  }

  it('is resumed after a cut in which the history was compacted', async () => {
    link.cut()
    await watcher.next(({ kind }) => kind === 'unreachable')
    await leader.acquire(0n, never)
    await leader.release(never)
    await compact()
    const fromMs = nowMs()
    link.heal()
    await watcher.next(isHolder(null), { fromMs })
    await sleep(600)
    expect(await acquireAndSee()).toBeLessThan(BY_WATCH_MS)
  })

  it('comes from the reads when the watch is silent, and then from a new watch', async () => {
    link.silenceOpen()
    expect(await acquireAndSee()).toBeLessThan(2500)
    await leader.release(never)
    await sleep(500)
    expect(await acquireAndSee()).toBeLessThan(BY_WATCH_MS)
  })

  it('is unreachable while nothing answers, and says so again and again', async () => {
    link.silence()
    const fromMs = nowMs()
    const first = await watcher.next(({ kind }) => kind === 'unreachable', { fromMs })
    await watcher.next(({ kind }) => kind === 'unreachable', { fromMs: first.atMs + 1 })
    expect(first.atMs - fromMs).toBeLessThan(2500)
  })

  async function compact(): Promise<void> {
    const { header } = await etcd.call('kv/range', { key: 'eA==' })
    const { revision } = header as { revision: string }
    await etcd.call('kv/compaction', { revision, physical: true })
  }

  it('tells of a history that is gone, and goes on after it', async () => {
    await leader.acquire(0n, never)
    await compact()
    const cluster = await EtcdCluster.open(etcdOf(await etcdGroup(etcd.endpoints)))
    const [member] = cluster.members
    const kinds: string[] = []
    for await (const { kind } of member?.watch('/montana/', 1n, never) ?? []) kinds.push(kind)
    expect(kinds).toContain('compacted')
    cluster.close()
  })

  it('closes its connections when nobody looks any more', async () => {
    expect(link.connections).toBeGreaterThan(0)
    await watcher.stop()
    await sleep(100)
    // What is left are idle connections for the next request; the watch has one of its own, which is gone.
    const idle = link.connections
    await sleep(1500)
    expect(link.connections).toBe(idle)
  })
})

function isHolder(host: string | null) {
  return (lease: LeaseObservation) => lease.kind === 'holder' && lease.host === host
}

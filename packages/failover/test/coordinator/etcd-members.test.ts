import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { EtcdCoordinator } from '../../src/index.js'
import { candidate, etcdGroup, nowMs } from '../support/candidates.js'
import { EtcdTestCluster } from '../support/etcd-cluster.js'
import { whyWithout } from '../support/programs.js'
import { Rival, Tenure } from '../support/tenure.js'

const reason = whyWithout(['etcd'], 'the lease in three members of etcd')
const never = new AbortController().signal

describe.skipIf(reason !== undefined)('a lease in three members of etcd', () => {
  let etcd: EtcdTestCluster
  let holder: EtcdCoordinator
  let challenger: EtcdCoordinator

  beforeAll(async () => {
    etcd = await EtcdTestCluster.start({ members: 3 })
  })
  afterAll(async () => await etcd?.stop())
  beforeEach(async () => {
    const config = await etcdGroup(etcd.endpoints)
    holder = await candidate(config, 'amsterdam')
    challenger = await candidate(config, 'almaty')
  })
  afterEach(async () => {
    for (const member of etcd.members) if (member.hasEnded) member.start()
    await etcd.ready()
    await Promise.all([holder.release(never), challenger.release(never)])
  })

  it('is renewed without a gap when a member that does not lead dies', async () => {
    const tenure = await Tenure.begin(holder)
    await sleep(1000)
    const [follower] = await etcd.followers()
    await follower?.kill()
    await sleep(2500)
    expect(tenure.longestGapMs).toBeLessThan(1000)
    expect(tenure.failures).toEqual([])
    await tenure.end()
  })

  it('has never two holders when the leader of etcd dies', async () => {
    const tenure = await Tenure.begin(holder)
    const rival = new Rival(challenger)
    await sleep(500)
    const leader = await etcd.leader()
    const killedAtMs = nowMs()
    await leader.kill()
    await sleep(4000)
    await Promise.all([tenure.end(), rival.end()])
    const story = [`killed ${leader.url} at ${killedAtMs.toFixed()}`, ...tenure.history, ...etcd.elections].join('\n')
    // On a host that stands still for seconds an etcd with etcd-io/etcd#15247 can break this (docs/failover.md).
    // The holder usually outlives the election (11 of 12 runs of spec 6.2); what is promised is that it stops before.
    if (rival.acquiredAtMs !== null) expect(rival.acquiredAtMs, story).toBeGreaterThan(tenure.deadByMs)
    else expect(tenure.deadByMs, story).toBeGreaterThan(nowMs())
  })

  it('ends without a successor when etcd loses its quorum, and is given again when it is back', async () => {
    const tenure = await Tenure.begin(holder)
    await sleep(500)
    const lost = await etcd.followers()
    await Promise.all(lost.map((member) => member.kill()))
    const rival = new Rival(challenger)
    await sleep(4500)
    expect(tenure.deadByMs).toBeLessThan(nowMs())
    expect(tenure.failures).toContain('unreachable')
    expect(rival.acquiredAtMs).toBeNull()
    await tenure.end()
    for (const member of lost) member.start()
    await etcd.ready()
    await holder.release(never)
    await rival.acquired()
  })
})

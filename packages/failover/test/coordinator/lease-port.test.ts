import { setTimeout as sleep } from 'node:timers/promises'
import { silentLogger } from '@montana/foundation'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { type CoordinatorLeasePort, type LeaseObservation, openEtcdLeases } from '../../src/index.js'
import { etcdGroup, etcdOf, nowMs } from '../support/candidates.js'
import { EtcdTestCluster } from '../support/etcd-cluster.js'
import { whyWithout } from '../support/programs.js'

const reason = whyWithout(['etcd'], 'the lease of an agent')

describe.skipIf(reason !== undefined)('the lease of an agent', () => {
  let etcd: EtcdTestCluster
  let amsterdam: Host
  let spb: Host

  beforeAll(async () => {
    etcd = await EtcdTestCluster.start()
  })
  afterAll(async () => await etcd?.stop())
  beforeEach(async () => {
    amsterdam = await Host.start(etcd, 'amsterdam')
    spb = await Host.start(etcd, 'spb')
    await Promise.all([amsterdam, spb].map((host) => host.next('holder')))
  })

  it('takes the effects of the core and answers with observations', async () => {
    amsterdam.port.acquire(0n)
    const acquired = await amsterdam.next('acquired')
    expect(acquired).toMatchObject({ grantedTtlMs: 4000 })
    amsterdam.port.renew()
    const renewed = await amsterdam.next('renewed')
    expect(renewed.sentAtMs).toBeGreaterThan(acquired.sentAtMs)
    expect(renewed.sentAtMs).toBeLessThanOrEqual(nowMs())
    spb.port.acquire(0n)
    await expect.poll(() => spb.last('holder')?.host).toBe('amsterdam')
    spb.port.renew()
    await spb.next('lost')
    amsterdam.port.release()
    await amsterdam.next('lost')
    await expect.poll(() => spb.last('holder')?.host).toBeNull()
  })

  it('moves the leadership: one loses it, the other has it, each is told', async () => {
    amsterdam.port.acquire(0n)
    await amsterdam.next('acquired')
    await sleep(300)
    amsterdam.port.transfer('spb')
    await amsterdam.next('lost')
    await spb.next('acquired')
    await expect.poll(() => amsterdam.last('holder')?.host, { timeout: 2000 }).toBe('spb')
    spb.port.release()
    await spb.next('lost')
  })

  it('gives back what it cannot move', async () => {
    amsterdam.port.acquire(0n)
    await amsterdam.next('acquired')
    amsterdam.port.transfer('moscow')
    await amsterdam.next('lost')
    await expect.poll(() => spb.last('holder')?.host, { timeout: 2000 }).toBeNull()
  })

  it('gives the lease back although it is closed at once, and is silent then', async () => {
    amsterdam.port.acquire(0n)
    await amsterdam.next('acquired')
    await expect.poll(() => spb.last('holder')?.host, { timeout: 2000 }).toBe('amsterdam')
    amsterdam.port.release()
    await amsterdam.close()
    const count = amsterdam.seen.length
    await expect.poll(() => spb.last('holder')?.host, { timeout: 2000 }).toBeNull()
    expect(amsterdam.seen.length).toBe(count)
  })
})

type Of<Kind> = Extract<LeaseObservation, { kind: Kind }>

class Host {
  readonly seen: LeaseObservation[] = []
  readonly port: CoordinatorLeasePort
  readonly close: () => Promise<void>

  private constructor(port: CoordinatorLeasePort, close: () => Promise<void>) {
    this.port = port
    this.close = close
    const off = port.onObservation((lease) => this.seen.push(lease))
    onTestFinished(async () => {
      off()
      await close()
    })
  }

  static async start(etcd: EtcdTestCluster, self: string): Promise<Host> {
    const config = await etcdGroup(etcd.endpoints)
    const { leases, close } = await openEtcdLeases(config, etcdOf(config), self, { nowMs, logger: silentLogger })
    if (!leases.serve || !leases.coordinate) throw new Error('every policy has a lease')
    return new Host(leases.serve, close)
  }

  last<Kind extends LeaseObservation['kind']>(kind: Kind): Of<Kind> | undefined {
    return this.seen.findLast((lease): lease is Of<Kind> => lease.kind === kind)
  }

  async next<Kind extends LeaseObservation['kind']>(kind: Kind): Promise<Of<Kind>> {
    await expect.poll(() => this.last(kind), { timeout: 5000 }).toBeDefined()
    const found = this.last(kind)
    if (!found) throw new Error(kind)
    return found
  }
}

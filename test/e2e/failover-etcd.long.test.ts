import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ChatLog, createNamespaces, Group, HOSTS, hasNamespaces, MACHINES, overlapsOf } from '@montana/trials'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const RECOVERY_MS = 10_000
/** The last instant to act lies before the end of the lease of 4 s, whatever the phase of the last renewal. */
const LEASE_MS = 4_000
const PATIENCE_MS = 25_000
const TIMEOUT_MS = 90_000
const hasEtcd = spawnSync('etcd', ['--version']).status === 0
const WITHOUT = 'needs etcd and network namespaces: root, iproute2, nftables'

describe.skipIf(!hasEtcd || !hasNamespaces())(`failover of five real hosts over etcd (${WITHOUT})`, () => {
  let dir: string
  let group: Group
  let chat: ChatLog

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'montana-failover-'))
    group = await Group.create(dir, createNamespaces(MACHINES, `${process.pid}l`), { hasEtcd: true })
    group.start()
    expect(await group.leader('serve', PATIENCE_MS)).toBeDefined()
    chat = new ChatLog(group.layout.home('chat'))
    group.startWriter()
    await until(() => chat.latestAccepted(Date.now() - 1_000) !== undefined)
  }, TIMEOUT_MS)

  afterAll(async () => {
    chat?.close()
    await group?.close()
    rmSync(dir, { recursive: true, force: true })
  }, TIMEOUT_MS)

  async function until(condition: () => boolean): Promise<number> {
    const startMs = Date.now()
    while (!condition()) {
      if (Date.now() - startMs > PATIENCE_MS) throw new Error(`not within ${PATIENCE_MS} ms`)
      await sleep(10)
    }
    return Date.now() - startMs
  }

  async function leader(): Promise<string> {
    const host = await group.leader('serve', PATIENCE_MS)
    if (host === undefined) throw new Error('nobody leads')
    return host
  }

  it(
    'moves a lease whose holder died',
    async () => {
      const host = await leader()
      const atMs = await group.killHost(host)
      await until(() => chat.firstAccepted(atMs, host) !== undefined)
      expect((chat.firstAccepted(atMs, host)?.at_ms ?? Number.POSITIVE_INFINITY) - atMs).toBeLessThan(RECOVERY_MS)
      expect(group.roles.modeOf(await leader(), 'serve')).toBe('LEASED')
    },
    TIMEOUT_MS,
  )

  it(
    'survives the death of one member of the cluster without a move',
    async () => {
      const host = await leader()
      const [member] = group.etcd.values()
      await member?.die()
      await sleep(5_000)
      const now = await leader()
      member?.start()
      expect(now).toBe(host)
    },
    TIMEOUT_MS,
  )

  it(
    'takes a host that cannot reach the cluster for none that could lead, and again for one when it can',
    async () => {
      const host = await leader()
      const other = HOSTS.find((name) => name !== host && group.roles.isEligible(name, 'serve')) ?? ''
      for (const member of group.etcd.keys()) group.network.cut(other, member)
      expect(await until(() => !group.roles.isEligible(other, 'serve'))).toBeLessThan(2 * LEASE_MS)
      expect(await leader()).toBe(host)
      group.network.heal()
      await until(() => group.roles.isEligible(other, 'serve'))
    },
    TIMEOUT_MS,
  )

  it(
    'stops before its lease ends when the cluster has lost its quorum, and nobody else starts',
    async () => {
      const host = await leader()
      const dying = [...group.etcd.values()].slice(0, 2)
      await Promise.all(dying.map((member) => member.die()))
      expect(await until(() => group.servicesOf(host).length === 0)).toBeLessThan(LEASE_MS)
      await sleep(3_000)
      expect(group.roles.leaders('serve')).toEqual([])
      for (const member of dying) member.start()
      expect(await leader()).toBeDefined()
    },
    TIMEOUT_MS,
  )

  it('never had two leaders of one policy', () => {
    expect(group.roles.tenures().length).toBeGreaterThan(2)
    expect(overlapsOf(group.roles.tenures())).toEqual([])
  })
})

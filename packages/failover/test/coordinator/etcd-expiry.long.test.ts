import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { EtcdCluster } from '../../src/index.js'
import { candidate, etcdGroup, etcdOf, nowMs } from '../support/candidates.js'
import { EtcdTestCluster } from '../support/etcd-cluster.js'
import { FreezableDisk, whyNoFrozenDisk } from '../support/frozen-disk.js'
import { file, group } from '../support/group-file.js'
import { expiryMs } from '../support/lease-times.js'
import { Namespaces, whyNoNamespaces } from '../support/namespaces.js'
import { whyWithout } from '../support/programs.js'
import { Rival, Tenure } from '../support/tenure.js'

const HOLDER = new URL('../support/holder.mjs', import.meta.url).pathname
const never = new AbortController().signal
const TTL_MS = 4000
const TRIALS = 5

const reason = whyWithout(['etcd'], 'the end of a lease in etcd')

describe.skipIf(reason !== undefined)('the end of a lease', () => {
  it.each([
    ['alone', false],
    ['together with the leader of etcd', true],
  ])('comes in the time of the table when the holder is killed %s', { timeout: 200_000 }, async (_, isShared) => {
    const etcd = await EtcdTestCluster.start({ members: 3 })
    onTestFinished(() => etcd.stop())
    const challenger = await candidate(await etcdGroup(etcd.endpoints), 'almaty')
    const { earliestMs, latestMs } = expiryMs(TTL_MS, isShared)
    for (let trial = 0; trial < TRIALS; trial++) {
      const holder = await HolderProcess.start(etcd.endpoints)
      // At another phase of the renewal each time.
      await sleep(1000 + trial * 100)
      const leader = await etcd.leader()
      await Promise.all([holder.kill(), ...(isShared ? [leader.kill()] : [])])
      const afterMs = machineMs(await new Rival(challenger).acquired()) - holder.renewedAtMs
      process.stderr.write(`lease acquired ${Math.round(afterMs)} ms after the last renewal\n`)
      expect(afterMs).toBeGreaterThanOrEqual(earliestMs)
      expect(afterMs).toBeLessThan(latestMs * 1.5)
      await challenger.release(never)
      if (isShared) leader.start()
      await etcd.ready()
    }
  })
})

const withoutNetworks = reason ?? whyNoNamespaces()
if (withoutNetworks !== undefined) process.stderr.write(`partitions of etcd are skipped: ${withoutNetworks}\n`)

describe.skipIf(withoutNetworks !== undefined)('a leader of etcd that is cut off, but not from the holder', () => {
  it('does not keep the holder acting until another may', { timeout: 200_000 }, async () => {
    const networks = new Namespaces(3)
    onTestFinished(() => networks.close())
    const etcd = await EtcdTestCluster.start({ members: 3, hosts: networks.hosts })
    onTestFinished(() => etcd.stop())
    for (let trial = 0; trial < TRIALS; trial++) {
      const leader = await etcd.leader()
      const others = etcd.members.filter((member) => member !== leader)
      const holder = await candidate(await etcdGroup([leader.url]), 'amsterdam')
      const challenger = await candidate(await etcdGroup(others.map(({ url }) => url)), 'almaty')
      const tenure = await Tenure.begin(holder)
      await sleep(1000 + trial * 100)
      const plain = new PlainRenewals(await EtcdCluster.open(etcdOf(await etcdGroup([leader.url]))), await idOf(etcd))
      const cutOff = networks.hosts[etcd.members.indexOf(leader)]
      for (const host of networks.hosts) if (cutOff && host !== cutOff) networks.part(cutOff, host)
      const acquiredAtMs = await new Rival(challenger).acquired()
      await Promise.all([tenure.end(), plain.end()])
      const [slackMs, plainSlackMs] = [tenure.renewedAtMs, plain.renewedAtMs].map(
        (ms) => acquiredAtMs - ms - 3960 + 250,
      )
      process.stderr.write(`dead ${slackMs} ms before the next; by renewals alone ${plainSlackMs} ms\n`)
      expect(acquiredAtMs).toBeGreaterThan(tenure.deadByMs)
      networks.heal()
      await challenger.release(never)
      await etcd.ready()
      await sleep(1500)
    }
  })
})

const withoutDisk = reason ?? whyNoFrozenDisk()
if (withoutDisk !== undefined) process.stderr.write(`a hanging disk of etcd is skipped: ${withoutDisk}\n`)

describe.skipIf(withoutDisk !== undefined)('a leader of etcd whose disk hangs', () => {
  it('renews for ever, and does not keep the holder acting', { timeout: 100_000 }, async () => {
    const disk = new FreezableDisk()
    onTestFinished(() => disk.close())
    const etcd = await EtcdTestCluster.start({ members: 3, dataDirs: [disk.folder] })
    onTestFinished(async () => {
      disk.thaw()
      await etcd.stop()
    })
    const [hanging, ...others] = etcd.members
    if (!hanging) throw new Error()
    await etcd.lead(hanging)
    const challenger = await candidate(await etcdGroup(others.map(({ url }) => url)), 'almaty')
    const tenure = await Tenure.begin(await candidate(await etcdGroup([hanging.url]), 'amsterdam'))
    const plain = new PlainRenewals(await EtcdCluster.open(etcdOf(await etcdGroup([hanging.url]))), await idOf(etcd))
    await sleep(1000)
    disk.freeze()
    const acquiredAtMs = await new Rival(challenger).acquired()
    await sleep(1000)
    await Promise.all([tenure.end(), plain.end()])
    expect(acquiredAtMs).toBeGreaterThan(tenure.deadByMs)
    // Why a renewal is confirmed by a read: by itself this one would still be counted on.
    expect(plain.renewedAtMs).toBeGreaterThan(acquiredAtMs)
  })
})

async function idOf(etcd: EtcdTestCluster): Promise<bigint> {
  const { leases } = await etcd.call('lease/leases', {})
  return BigInt((leases as { ID: string }[])[0]?.ID ?? 0)
}

/** What a holder would take for acknowledged that asks for nothing else: for the comparison in the output. */
class PlainRenewals {
  renewedAtMs = 0
  readonly #stop = new AbortController()
  readonly #running: Promise<void>

  constructor(cluster: EtcdCluster, id: bigint) {
    this.#running = this.#run(cluster, id).finally(() => cluster.close())
  }

  async end(): Promise<void> {
    this.#stop.abort()
    await this.#running
  }

  async #run(cluster: EtcdCluster, id: bigint): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const sentAtMs = nowMs()
      const answer = await cluster.first((member, inner) => member.keepAlive(id, inner), never).catch(() => undefined)
      if (answer?.ttlMs) this.renewedAtMs = sentAtMs
      await sleep(50)
    }
  }
}

function machineMs(ms: number): number {
  return ms + Number(process.hrtime.bigint()) / 1e6 - nowMs()
}

/** A holder in a process of its own. */
class HolderProcess {
  renewedAtMs = 0
  readonly #child: ChildProcess

  private constructor(child: ChildProcess) {
    this.#child = child
  }

  static async start(endpoints: readonly string[]): Promise<HolderProcess> {
    const path = file(JSON.stringify(group({ coordinator: { kind: 'etcd', endpoints } })))
    const child = spawn(process.execPath, [HOLDER, path, 'amsterdam'], { stdio: ['ignore', 'pipe', 'inherit'] })
    onTestFinished(() => void child.kill('SIGKILL'))
    const holder = new HolderProcess(child)
    const lines = createInterface({ input: child.stdout })
    lines.on('line', (line) => holder.#take(JSON.parse(line)))
    await once(lines, 'line')
    return holder
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await once(this.#child, 'exit')
  }

  #take({ kind, sentAtMs }: { readonly kind: string; readonly sentAtMs?: number }): void {
    if (kind === 'acquired' || kind === 'renewed') this.renewedAtMs = sentAtMs ?? this.renewedAtMs
  }
}

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePorts, LOOPBACK } from '../../../../test/support/ports.js'
import { findProgram } from './programs.js'

const RETRY_MS = 50
const START_TIMEOUT_MS = 20_000
const CALL_TIMEOUT_MS = 3000

type Answer = Record<string, unknown>

export interface EtcdClusterInit {
  /** 1 by default. */
  readonly members?: number
  /** That of etcd is 1000. */
  readonly electionTimeoutMs?: number
  /** Further arguments of every member. */
  readonly args?: readonly string[]
  readonly scheme?: 'http' | 'https'
  /** Where each member runs; all on loopback by default. */
  readonly hosts?: readonly { readonly address: string; readonly prefix: readonly string[] }[]
  /** Where the members keep their data, for those that do not in the folder of the cluster. */
  readonly dataDirs?: readonly string[]
}

interface MemberPlace {
  readonly name: string
  readonly folder: string
  readonly clientUrl: string
  readonly peerUrl: string
  readonly prefix: readonly string[]
  readonly dataDir: string
}

/** One real etcd on loopback with a folder of its own. It can be killed, frozen and started again. */
export class EtcdProcess {
  readonly url: string
  readonly #command: readonly string[]
  readonly #log: string
  #child: ChildProcess | undefined

  constructor({ name, folder, clientUrl, prefix }: MemberPlace, args: readonly string[]) {
    this.url = clientUrl
    this.#log = join(folder, `${name}.log`)
    this.#command = [...prefix, findProgram('etcd') ?? '', ...args]
  }

  get pid(): number | undefined {
    return this.#child?.pid
  }

  get log(): string {
    return readFileSync(this.#log, 'utf8')
  }

  start(): void {
    const log = openSync(this.#log, 'a')
    // Only what is said here counts, not the settings of an etcd of this host. On arm64 3.4 wants to be told twice.
    const env = { ETCD_UNSUPPORTED_ARCH: 'arm64' }
    const [program = '', ...args] = this.#command
    const child = spawn(program, args, {
      stdio: ['ignore', log, log],
      env: { PATH: process.env.PATH, ...(process.arch === 'arm64' && env) },
    })
    this.#child = child
    const kill = () => child.kill('SIGKILL')
    process.once('exit', kill)
    child.once('exit', () => process.removeListener('exit', kill))
  }

  freeze(): void {
    this.#child?.kill('SIGSTOP')
  }

  thaw(): void {
    this.#child?.kill('SIGCONT')
  }

  /** Without a chance to say goodbye. */
  async kill(): Promise<void> {
    const child = this.#child
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }

  get hasEnded(): boolean {
    return this.#child !== undefined && (this.#child.exitCode !== null || this.#child.signalCode !== null)
  }
}

/** Real members that make one cluster; for tests of the coordinator and of agents that use it. */
export class EtcdTestCluster {
  readonly members: readonly EtcdProcess[]
  readonly #folder: string

  private constructor(folder: string, members: readonly EtcdProcess[]) {
    this.#folder = folder
    this.members = members
  }

  /** Resolves when every member knows a leader, over TLS at once. Whoever started it stops it. */
  static async start(init: EtcdClusterInit = {}): Promise<EtcdTestCluster> {
    const { members: count = 1, scheme = 'http' } = init
    const folder = mkdtempSync(join(tmpdir(), 'etcd-'))
    const ports = await freePorts(2 * count)
    const places = Array.from({ length: count }, (_, index): MemberPlace => {
      const { address, prefix } = init.hosts?.[index] ?? { address: LOOPBACK, prefix: [] }
      const clientUrl = `${scheme}://${address}:${ports[2 * index]}`
      const peerUrl = `http://${address}:${ports[2 * index + 1]}`
      const name = `m${index}`
      const dataDir = join(init.dataDirs?.[index] ?? folder, name)
      return { name, folder, clientUrl, peerUrl, prefix, dataDir }
    })
    const cluster = new EtcdTestCluster(
      folder,
      places.map((place) => new EtcdProcess(place, memberArgs(place, places, init))),
    )
    try {
      for (const member of cluster.members) member.start()
      if (scheme === 'http') await cluster.ready()
      return cluster
    } catch (error) {
      await cluster.stop()
      throw error
    }
  }

  get endpoints(): string[] {
    return this.members.map(({ url }) => url)
  }

  /**
   * One call of the gateway, at the first member unless told; for what a test does behind the back of the coordinator.
   * Throws where it is refused.
   */
  async call(path: string, body: unknown, { url = this.endpoints[0], token = '' } = {}): Promise<Answer> {
    const headers: Record<string, string> = token === '' ? {} : { authorization: token }
    const init = { method: 'POST', body: JSON.stringify(body), headers, signal: AbortSignal.timeout(CALL_TIMEOUT_MS) }
    const response = await fetch(`${url}/v3/${path}`, init)
    if (!response.ok) throw new Error(`${path}: ${await response.text()}`)
    return (await response.json()) as Answer
  }

  /** What the members have written of leaders and leases, member by member. */
  get elections(): string[] {
    const isOfIt = (line: string) =>
      /became (leader|follower|candidate)|lost leader|elected leader|lease|expired/.test(line)
    return this.members.flatMap(({ url, log }) =>
      log
        .split('\n')
        .filter(isOfIt)
        .map((line) => `${url} ${line}`),
    )
  }

  async leader(): Promise<EtcdProcess> {
    for (;;) {
      for (const member of this.members) if (await this.#isLeader(member)) return member
      await sleep(RETRY_MS)
    }
  }

  /** Makes `member` the leader. */
  async lead(member: EtcdProcess): Promise<void> {
    const { header } = (await this.#status(member)) as { header: { member_id: string } }
    while ((await this.leader()) !== member) {
      const { url } = await this.leader()
      await this.call('maintenance/transfer-leadership', { targetID: header.member_id }, { url })
      await sleep(RETRY_MS)
    }
  }

  async followers(): Promise<EtcdProcess[]> {
    const leader = await this.leader()
    return this.members.filter((member) => member !== leader)
  }

  async ready(members: readonly EtcdProcess[] = this.members): Promise<void> {
    const untilMs = performance.now() + START_TIMEOUT_MS
    for (const member of members) {
      while (!(await this.#knowsLeader(member))) {
        if (member.hasEnded || performance.now() > untilMs) throw new Error(`etcd did not start: ${member.log}`)
        await sleep(RETRY_MS)
      }
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.members.map((member) => member.kill()))
    rmSync(this.#folder, { recursive: true, force: true })
  }

  async #isLeader(member: EtcdProcess): Promise<boolean> {
    const status = await this.#status(member)
    const header = status?.header as { member_id?: unknown } | undefined
    return status?.leader !== undefined && status.leader === header?.member_id
  }

  async #knowsLeader(member: EtcdProcess): Promise<boolean> {
    return ((await this.#status(member))?.leader ?? '0') !== '0'
  }

  async #status({ url }: EtcdProcess): Promise<Answer | undefined> {
    return await this.call('maintenance/status', {}, { url }).catch(() => undefined)
  }
}

function memberArgs(place: MemberPlace, places: readonly MemberPlace[], init: EtcdClusterInit): string[] {
  const { name, dataDir, clientUrl, peerUrl } = place
  const electionMs = init.electionTimeoutMs ?? 1000
  return [
    ...['--name', name, '--data-dir', dataDir],
    ...['--listen-client-urls', clientUrl, '--advertise-client-urls', clientUrl],
    ...['--listen-peer-urls', peerUrl, '--initial-advertise-peer-urls', peerUrl],
    ...['--initial-cluster', places.map((one) => `${one.name}=${one.peerUrl}`).join(',')],
    ...['--election-timeout', String(electionMs), '--heartbeat-interval', String(electionMs / 10)],
    ...(init.args ?? []),
  ]
}

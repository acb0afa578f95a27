import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TrialNetwork } from '@montana/netns'
import { etcdArgv } from './etcd.js'
import { BOT, CHAT, CHAT_PORT, CHAT_SERVER, CLI, HOSTS, Layout, WITNESSES, WRITER } from './layout.js'
import { Machine, type Place } from './machine.js'
import { commandOf } from './processes.js'
import { RoleLog } from './role-log.js'
import { type GroupChoices, setUpGroup } from './setup.js'

/** As `bin/montana.mjs` starts long-running agents: a small heap, few arenas. */
const AGENT_FLAGS = ['--max-semi-space-size=2']

const WRITER_GRACE_MS = 1_000
const NS_PER_MS = 1e6

/** Five hosts, three witnesses outside them, and the chat service that the bot works for. */
export class Group {
  readonly layout: Layout
  readonly network: TrialNetwork
  readonly roles = new RoleLog()
  readonly hosts: ReadonlyMap<string, Machine>
  readonly witnesses: ReadonlyMap<string, Machine>
  /** Members of the cluster, on the machines of the witnesses; empty for the coordinator `chain`. */
  readonly etcd: ReadonlyMap<string, Machine>
  readonly chat: Machine
  readonly #writer: Machine
  readonly #placeOf: GroupChoices['placeOf']

  private constructor(layout: Layout, network: TrialNetwork, choices: GroupChoices) {
    this.layout = layout
    this.network = network
    this.#placeOf = choices.placeOf
    this.etcd = new Map(choices.hasEtcd ? WITNESSES.map((name) => [name, this.#etcdMember(name)]) : [])
    this.hosts = new Map(HOSTS.map((name) => [name, this.#agent(name)]))
    this.witnesses = new Map(WITNESSES.map((name) => [name, this.#witness(name)]))
    this.chat = this.#machine(CHAT, [
      CHAT_SERVER,
      ...['--host', network.addressOf(CHAT), '--port', String(CHAT_PORT)],
      ...['--data', layout.home(CHAT)],
    ])
    const chat = `http://${network.addressOf(CHAT)}:${CHAT_PORT}`
    this.#writer = this.#machine(CHAT, [WRITER, '--chat', chat], undefined, 'writer')
  }

  static async create(dir: string, network: TrialNetwork, choices: GroupChoices = {}): Promise<Group> {
    const layout = new Layout(dir)
    mkdirSync(dir, { recursive: true, mode: 0o700 })
    await setUpGroup(layout, network, choices)
    return new Group(layout, network, choices)
  }

  start(): void {
    this.chat.start()
    for (const machine of this.etcd.values()) machine.start()
    for (const machine of this.witnesses.values()) machine.start()
    for (const machine of this.hosts.values()) machine.start()
  }

  host(name: string): Machine {
    const machine = this.hosts.get(name)
    if (!machine) throw new RangeError(name)
    return machine
  }

  /** When it began; until all of its processes are found, it may act. Wall clock. */
  async killHost(name: string): Promise<number> {
    const atMs = Date.now()
    await this.host(name).die()
    this.roles.died(name, Date.now())
    return atMs
  }

  /** Every process of the host is stopped: it acts no more, and does not know. When that began, wall clock. */
  freezeHost(name: string): number {
    const atMs = Date.now()
    this.host(name).freeze()
    this.roles.died(name, Date.now())
    return atMs
  }

  /** Told to end, as by a service manager. */
  async stopHost(name: string, graceMs: number): Promise<void> {
    await this.host(name).stop(graceMs)
    this.roles.died(name, Date.now())
  }

  /** Breathing beside the agent of a host, on the same machine: it dies with it. */
  breathing(name: string): Machine {
    const { layout } = this
    const config = ['--config', layout.breathConfig(name), '--agent-socket', layout.socket(name), '--json']
    return this.#machine(name, [CLI, 'breathe', 'run', ...config], undefined, name)
  }

  /** Process ids of the service that runs on a host. */
  servicesOf(name: string): number[] {
    return this.host(name)
      .processes()
      .filter((pid) => commandOf(pid).includes(BOT))
  }

  /** Only the service, not its agent. */
  killService(name: string): void {
    for (const pid of this.servicesOf(name)) process.kill(pid, 'SIGKILL')
  }

  /** Only the agent: not its keeper, not its service. */
  signalAgent(name: string, signal: 'SIGKILL' | 'SIGSTOP'): void {
    this.host(name).signalMain(signal)
    if (signal === 'SIGKILL') this.roles.died(name, Date.now())
  }

  /** The only host that acts for `policy`, once there is exactly one; undefined after `timeoutMs`. */
  async leader(policy: string, timeoutMs: number): Promise<string | undefined> {
    for (const endMs = Date.now() + timeoutMs; Date.now() < endMs; await sleep(20)) {
      const [leader, second] = this.roles.leaders(policy)
      if (leader !== undefined && second === undefined) return leader
    }
    return undefined
  }

  /** True once all of `hosts` could serve. */
  async eligible(hosts: readonly string[], timeoutMs: number): Promise<boolean> {
    const all = () => hosts.every((host) => this.roles.isEligible(host, 'serve'))
    for (const endMs = Date.now() + timeoutMs; Date.now() < endMs && !all(); ) await sleep(20)
    return all()
  }

  /** Somebody writes to the chat service until told to stop. */
  startWriter(): void {
    this.#writer.start()
  }

  async stopWriter(): Promise<void> {
    await this.#writer.stop(WRITER_GRACE_MS)
  }

  async close(): Promise<void> {
    const outside = [...this.etcd.values(), ...this.witnesses.values(), this.chat, this.#writer]
    const machines = [...this.hosts.values(), ...outside]
    await Promise.all(machines.map((machine) => machine.die()))
    for (const machine of machines) machine.close()
    await this.network.close()
  }

  #agent(name: string): Machine {
    const { layout } = this
    const argv = [
      ...[CLI, 'failover', 'run', '--config', layout.config, '--node', name],
      ...['--state-dir', layout.home(name), '--identity-dir', layout.identity(name)],
      ...['--socket', layout.socket(name), '--status', '127.0.0.1:0'],
    ]
    const placeOf = this.#placeOf
    const place = placeOf && (() => placeOf(name))
    return this.#machine(name, argv, (line) => this.#read(name, line), name, place)
  }

  #witness(name: string): Machine {
    return this.#machine(name, [CLI, 'witness', 'serve', '--config', this.layout.witnessConfig(name)])
  }

  #etcdMember(name: string): Machine {
    const home = `${name}-etcd`
    return this.#process(name, etcdArgv(name, this.network, join(this.layout.home(home), 'data')), home)
  }

  #machine(
    name: string,
    argv: readonly string[],
    onLine?: (line: string) => void,
    home = name,
    place?: () => Place,
  ): Machine {
    return this.#process(name, [process.execPath, ...AGENT_FLAGS, ...argv], home, onLine, place)
  }

  #process(
    name: string,
    argv: readonly string[],
    home: string,
    onLine?: (line: string) => void,
    place?: () => Place,
  ): Machine {
    const { layout, network } = this
    return new Machine({
      name,
      home: layout.home(home),
      argv,
      environment: { MALLOC_ARENA_MAX: '2', NODE_NO_WARNINGS: '1' },
      logFile: layout.log(home),
      network,
      ...(onLine && { onLine }),
      ...(place && { place }),
    })
  }

  #read(host: string, line: string): void {
    const record = parse(line)
    if (record?.event !== 'role') return
    const { decidedMs, policy, state, epoch, mode, rule, isEligible } = record
    this.roles.add({ atMs: wallOf(decidedMs), host, policy, state, epoch, mode, rule, isEligible })
  }
}

/** On the wall clock of this process, whatever that of the agent says: the monotonic clock is one for the whole machine. */
function wallOf(monotonicMs: number): number {
  return Date.now() - (Number(process.hrtime.bigint()) / NS_PER_MS - monotonicMs)
}

interface RoleRecord {
  readonly event?: string
  readonly decidedMs: number
  readonly policy: string
  readonly state: 'standby' | 'candidate' | 'acting' | 'stopping'
  readonly epoch: string | null
  readonly mode: string
  readonly rule: string | null
  readonly isEligible: boolean
}

function parse(line: string): RoleRecord | undefined {
  try {
    return JSON.parse(line) as RoleRecord
  } catch {
    return undefined
  }
}

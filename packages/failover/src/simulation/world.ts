import { type RandomSource, seededRandom } from '@montana/foundation'
import type { CoreSettings } from '../core/api.js'
import type { Effect, Transition } from '../core/types.js'
import type { Epoch } from '../epoch.js'
import { ActingLog } from './acting-log.js'
import { coordinatorsOf } from './etcd/coordinators-of.js'
import type { SimCoordinator } from './etcd/sim-coordinator.js'
import { SimEtcd } from './etcd/sim-etcd.js'
import { type LinkQuality, Network, witnessEnd } from './network.js'
import { Scheduler } from './scheduler.js'
import { type HostWorld, type SettingsOf, SimHost, type WitnessAccess } from './sim-host.js'
import { SimRunner } from './sim-runner.js'
import { SimSink } from './sim-sink.js'
import { SimWitness } from './sim-witness.js'

export interface WorldOptions {
  readonly seed: number
  /** Of the host; the same in everything but who it is and what it remembers. */
  readonly settingsFor: (host: string) => SettingsOf
  readonly settings: CoreSettings
  readonly quality?: LinkQuality
  /** Hosts are started within this time of each other: 1000 by default. */
  readonly startSpreadMs?: number
  /** Whether the services write to one fenced sink that all hosts reach. */
  readonly hasSink?: boolean
  /** Names of the members where etcd decides. */
  readonly etcdMembers?: readonly string[]
  /** The time of the cluster against that of the hosts: 1 by default. */
  readonly etcdRate?: number
}

export interface WorldEvent {
  readonly atMs: number
  readonly host: string
  readonly transition: Transition
}

const USUAL: LinkQuality = { delayMs: 5, jitterMs: 20, loss: 0 }
/** An operation at a fast and at a slow witness that takes longer has failed: half of the confirming second; 7.3. */
const FAST_TIMEOUT_MS = 500
const SLOW_TIMEOUT_MS = 3_000
const SLOW_WORK_MS = 600
/** The keeper ends the service when its agent has been silent for so long; the kill takes its budget. Decisions, Failover. */
const KEEPER_MS = 2_000
/** etcd looks for leases that have ended twice a second. */
const ETCD_LATE_MS = 500
const NONE: ReadonlyMap<string, SimCoordinator> = new Map()

/** N real cores in virtual time, with links, witnesses and services between them. One seed is one history. */
export class World {
  readonly scheduler = new Scheduler()
  readonly network: Network
  readonly hosts = new Map<string, SimHost>()
  readonly witnesses = new Map<string, SimWitness>()
  readonly log: ActingLog
  readonly sink: SimSink | null
  readonly etcd: SimEtcd | null
  readonly events: WorldEvent[] = []
  readonly alerts: { readonly atMs: number; readonly host: string; readonly code: string }[] = []
  readonly random: RandomSource
  readonly #runners = new Map<string, SimRunner>()
  readonly #startSpreadMs: number
  readonly #freezes = new Map<string, number>()

  constructor(options: WorldOptions) {
    const { seed, settings, settingsFor, quality = USUAL, hasSink = false, startSpreadMs = 1_000 } = options
    this.#startSpreadMs = startSpreadMs
    this.random = seededRandom(seed)
    this.network = new Network(this.scheduler, this.random, quality)
    this.log = new ActingLog(() => this.nowMs)
    this.sink = hasSink ? new SimSink() : null
    for (const witness of settings.witnesses) {
      this.witnesses.set(witness.name, new SimWitness(witness, this.scheduler, 3_600_000))
    }
    this.etcd = this.#makeEtcd(settings, options)
    for (const policy of Object.keys(settings.policies)) this.#writeEvery(policy)
    for (const host of settings.hosts) this.#addHost(host, settings, settingsFor(host))
  }

  get nowMs(): number {
    return this.scheduler.nowMs
  }

  run(forMs: number): void {
    this.scheduler.runUntil(this.nowMs + forMs)
  }

  host(name: string): SimHost {
    const host = this.hosts.get(name)
    if (!host) throw new RangeError(`no host ${name}`)
    return host
  }

  runner(host: string, policy: string): SimRunner {
    const runner = this.#runners.get(`${host} ${policy}`)
    if (!runner) throw new RangeError(`no service of ${policy} on ${host}`)
    return runner
  }

  crash(name: string): void {
    this.host(name).crash()
    for (const runner of this.#runnersOf(name)) runner.crash()
    // What is dead is not frozen any more.
    this.#freezes.delete(name)
    this.log.thaw(name)
  }

  restart(name: string, keepsEpoch = true): void {
    this.host(name).restart({ keepsEpoch })
  }

  /** SIGSTOP of agent and services. */
  freezeHost(name: string): void {
    this.host(name).freeze()
    this.#freezes.set(name, this.nowMs)
    this.log.freeze(name)
  }

  /** SIGSTOP of the agent alone: its keeper ends the services. */
  freezeAgent(name: string): void {
    this.host(name).freeze()
    const at = this.nowMs
    this.#freezes.set(name, at)
    this.scheduler.after(KEEPER_MS, () => {
      if (this.#freezes.get(name) === at)
        for (const runner of this.#runnersOf(name)) if (runner.state !== 'off') runner.kill()
    })
  }

  /** The end of a freeze; after a suspend only the boot-time clock has gone on. */
  thaw(name: string, isSuspend = false): void {
    const at = this.#freezes.get(name)
    if (at === undefined) return
    this.#freezes.delete(name)
    if (isSuspend) this.host(name).clock.suspended(this.nowMs - at)
    this.log.thaw(name)
    this.host(name).thaw()
  }

  #runnersOf(name: string): SimRunner[] {
    return [...this.#runners].filter(([key]) => key.startsWith(`${name} `)).map(([, runner]) => runner)
  }

  #addHost(name: string, settings: CoreSettings, settingsOf: SettingsOf): void {
    for (const policy of Object.keys(settings.policies)) {
      this.#runners.set(`${name} ${policy}`, this.#makeRunner(name, policy))
    }
    const phaseMs = Math.floor(this.random.next() * this.#startSpreadMs)
    const host = new SimHost(name, this.#worldOf(), settingsOf, phaseMs)
    this.hosts.set(name, host)
    host.open()
  }

  #makeEtcd({ coordinator }: CoreSettings, { etcdMembers = [], etcdRate = 1 }: WorldOptions): SimEtcd | null {
    if (coordinator.kind !== 'etcd') return null
    const lateMs = () => this.random.next() * ETCD_LATE_MS
    return new SimEtcd(etcdMembers, this.scheduler, () => this.random.next(), { rate: etcdRate, lateMs })
  }

  #makeRunner(host: string, policy: string): SimRunner {
    const runner: SimRunner = new SimRunner(this.scheduler, this.random, {
      report: (event) => {
        const target = this.host(host)
        target.deliver(() => target.observe({ kind: 'runner', policy, atMs: target.clock.read().nowMs, event }))
      },
      onChange: () => this.log.set(host, policy, runner.state !== 'off', runner.epoch),
    })
    return runner
  }

  #worldOf(): HostWorld {
    const world = this
    return {
      get nowMs() {
        return world.nowMs
      },
      after: (delayMs, run) => this.scheduler.after(delayMs, run),
      toHost: (from, to, run) => this.network.send(from, to, () => this.#arrive(to, run)),
      toWitness: (from, witness, run, done, failed) => this.#askWitness(from, witness, run, done, failed),
      runner: (host, policy) => this.runner(host, policy),
      coordinators: (host) => (this.etcd ? coordinatorsOf(host, this.etcd, this) : NONE),
      onTransition: (host, effect) => this.#note(host, effect),
    }
  }

  #arrive(to: string, run: (peer: SimHost) => void): void {
    const peer = this.host(to)
    peer.deliver(() => run(peer))
  }

  #note(host: string, effect: Effect): void {
    if (effect.kind === 'record') this.events.push({ atMs: this.nowMs, host, transition: effect.transition })
    if (effect.kind === 'alert') this.alerts.push({ atMs: this.nowMs, host, code: effect.code })
    if (effect.kind === 'persist-epoch') this.log.tenure(host, effect.policy, effect.epoch)
  }

  #askWitness<T>(
    from: string,
    name: string,
    run: (at: WitnessAccess) => T,
    done: (answer: T) => void,
    failed: () => void,
  ): void {
    const witness = this.witnesses.get(name)
    if (!witness) throw new RangeError(`no witness ${name}`)
    const host = this.host(from)
    let isOpen = true
    const finish = (end: () => void) => {
      if (isOpen) host.deliver(end)
      isOpen = false
    }
    const { isSlow } = witness.settings
    this.network.send(from, witnessEnd(name), () => {
      this.scheduler.after(isSlow ? SLOW_WORK_MS : 0, () => {
        if (!witness.isUp) return
        const answer = run(witness)
        this.network.send(witnessEnd(name), from, () => finish(() => done(answer)))
      })
    })
    this.scheduler.after(isSlow ? SLOW_TIMEOUT_MS : FAST_TIMEOUT_MS, () => finish(failed))
  }

  /** Every acting service writes ten times a second, with its epoch. */
  #writeEvery(policy: string): void {
    const { sink } = this
    if (!sink) return
    for (const [name, host] of this.hosts) {
      const runner = this.runner(name, policy)
      if (runner.state !== 'on' || this.log.isFrozen(name)) continue
      const highest = sink.write(policy, runner.epoch)
      if (highest !== null) host.deliver(() => this.#refuse(host, policy, highest))
    }
    this.scheduler.after(100, () => this.#writeEvery(policy))
  }

  #refuse(host: SimHost, policy: string, highest: Epoch): void {
    host.observe({ kind: 'epoch-refused', policy, atMs: host.clock.read().nowMs, highest })
  }
}

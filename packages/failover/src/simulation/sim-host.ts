import type { Core, CoreSettings, PolicyDecision, Turn } from '../core/api.js'
import { createCore } from '../core/core.js'
import type { CoreState } from '../core/state.js'
import type { Effect, Heartbeat, Observation, PostBody } from '../core/types.js'
import type { Epoch } from '../epoch.js'
import type { SimCoordinator } from './etcd/sim-coordinator.js'
import { HostClock } from './host-clock.js'
import { SimProbes } from './sim-probes.js'
import type { SimRunner } from './sim-runner.js'

/** What a host needs of the world around it. */
export interface HostWorld {
  readonly nowMs: number
  after(delayMs: number, run: () => void): void
  /** To another host: delivered there by `run`, if the links and both hosts let it. */
  toHost(from: string, to: string, run: (peer: SimHost) => void): void
  /** To a witness and back; `run` reads or posts there. Exactly one of the two callbacks runs, if the host still lives. */
  toWitness<T>(
    from: string,
    witness: string,
    run: (at: WitnessAccess) => T,
    done: (answer: T) => void,
    failed: () => void,
  ): void
  runner(host: string, policy: string): SimRunner
  /** Of each policy, where etcd decides; for one life of the host. */
  coordinators(host: SimHost): ReadonlyMap<string, SimCoordinator>
  onTransition(host: string, effect: Effect): void
}

export interface WitnessAccess {
  post(body: ReturnType<Core<CoreState>['post']>): void
  read(): Pick<Extract<Observation, { kind: 'witness-read' }>, 'upMs' | 'posts'>
}

export type SettingsOf = (bootId: string, durable: ReadonlyMap<string, Epoch>, hasAmnesia: boolean) => CoreSettings

/** The loop turns so often; spec 4. */
const TURN_MS = 250
/** What arrives within this is decided upon together, as one turn of the agent does. */
const SOON_MS = 10
/** Writing the epoch durably. */
const PERSIST_MS = 5

/** One agent: the real core, and around it what the real agent does with timers, connections and hooks. */
export class SimHost {
  readonly name: string
  readonly clock: HostClock
  readonly #world: HostWorld
  readonly #settingsOf: SettingsOf
  readonly #durable = new Map<string, Epoch>()
  #core: Core<CoreState>
  #settings: CoreSettings
  #state: CoreState
  #turn: Turn<CoreState> | null = null
  #boots = 0
  #sequence = 0
  /** What this life asks of others. */
  probes: SimProbes
  #coordinators: ReadonlyMap<string, SimCoordinator> = new Map()
  #unhealthy = new Map<string, number>()
  #lastHealthMs = Number.NEGATIVE_INFINITY
  #waiting: (() => void)[] = []
  #isDue = false
  isUp = true
  isFrozen = false

  constructor(name: string, world: HostWorld, settingsOf: SettingsOf, phaseMs: number) {
    this.name = name
    this.#world = world
    this.#settingsOf = settingsOf
    this.clock = new HostClock(() => world.nowMs, phaseMs * 1_000)
    this.#settings = settingsOf(this.#bootId(), this.#durable, false)
    this.#core = createCore(this.#settings)
    this.#state = this.#core.initial(this.clock.read())
    this.probes = new SimProbes(this, world)
    this.#loop(phaseMs % TURN_MS, this.#boots)
  }

  /** What the host does beside its loop, once the world around it stands. */
  open(): void {
    this.#coordinators = this.#world.coordinators(this)
  }

  get policies(): readonly PolicyDecision[] {
    return this.#turn?.policies ?? []
  }

  get isRunning(): boolean {
    return this.isUp && !this.isFrozen
  }

  /** For assertions and for planting what a test needs. */
  get state(): CoreState {
    return this.#state
  }

  crash(): void {
    this.isUp = false
    this.isFrozen = false
    this.#boots++
    this.#waiting = []
  }

  /** A new boot: everything but the durable epoch is forgotten, and without `keepsEpoch` that too. */
  restart({ keepsEpoch }: { readonly keepsEpoch: boolean }): void {
    if (!keepsEpoch) this.#durable.clear()
    this.isUp = true
    this.isFrozen = false
    this.#settings = this.#settingsOf(this.#bootId(), this.#durable, !keepsEpoch)
    this.#core = createCore(this.#settings)
    this.#state = this.#core.initial(this.clock.read())
    this.#turn = null
    this.#sequence = 0
    this.probes = new SimProbes(this, this.#world)
    this.#unhealthy = new Map()
    this.open()
    this.#loop(0, this.#boots)
  }

  freeze(): void {
    this.isFrozen = true
  }

  /** What came in meanwhile is handled now, as a kernel keeps it for a stopped process. */
  thaw(): void {
    this.isFrozen = false
    const waiting = this.#waiting
    this.#waiting = []
    for (const run of waiting) run()
  }

  /** Runs when the process can run; never in another life. */
  deliver(run: () => void): void {
    if (!this.isUp) return
    const boot = this.#boots
    const guarded = () => {
      if (this.isUp && this.#boots === boot) run()
    }
    if (this.isFrozen) this.#waiting.push(guarded)
    else guarded()
  }

  observe(observation: Observation): void {
    this.#state = this.#core.observe(this.#state, observation)
    if (this.#isUrgent(observation)) this.#decideSoon()
  }

  heartbeat(receiver: string): Heartbeat {
    return this.#core.heartbeat(this.#state, receiver, ++this.#sequence, this.nowMs)
  }

  post(): PostBody {
    return this.#core.post(this.#state, ++this.#sequence, this.nowMs)
  }

  get settings(): CoreSettings {
    return this.#settings
  }

  /** Evidence counts at once where somebody waits for it. */
  #isUrgent({ kind }: Observation): boolean {
    if (['runner', 'message', 'command', 'lease', 'epoch-refused'].includes(kind)) return true
    return this.policies.some(({ claim }) => claim.state !== 'standby') || this.probes.isMissingAny
  }

  #decideSoon(): void {
    if (this.#isDue) return
    this.#isDue = true
    const boot = this.#boots
    this.#world.after(SOON_MS, () => {
      this.#isDue = false
      if (this.#boots === boot) this.deliver(() => this.#decide())
    })
  }

  #loop(delayMs: number, boot: number): void {
    this.#world.after(delayMs, () => {
      if (this.#boots !== boot) return
      this.deliver(() => this.#onTurn())
      this.#loop(TURN_MS, boot)
    })
  }

  /** A stopped process that wakes has one late turn, not one for each it missed. */
  #onTurn(): void {
    const { nowMs } = this.clock.read()
    if (this.#state.lastTurn?.nowMs === nowMs) return
    this.#checkServices(nowMs)
    this.#decide()
    if (this.#turn) this.probes.askWhoIsDue(this.#turn, nowMs)
  }

  #decide(): void {
    const turn = this.#core.decide(this.#state, this.clock.read())
    this.#turn = turn
    this.#state = turn.state
    this.#run(turn.effects)
  }

  /** In their order; nothing after `persist-epoch` begins before it is durable. */
  #run(effects: readonly Effect[]): void {
    for (const [index, effect] of effects.entries()) {
      if (effect.kind !== 'persist-epoch') {
        this.#do(effect)
        continue
      }
      this.#durable.set(effect.policy, effect.epoch)
      const rest = effects.slice(index + 1)
      // The host counts as starting from now on: that is how the world measures acting.
      this.#world.onTransition(this.name, effect)
      this.later(PERSIST_MS, () => this.#run(rest))
      return
    }
  }

  #do(effect: Effect): void {
    this.#world.onTransition(this.name, effect)
    switch (effect.kind) {
      case 'promote':
        this.#unhealthy.delete(effect.policy)
        return this.#runner(effect.policy).promote(effect.epoch)
      case 'demote':
        return this.#runner(effect.policy).demote(effect)
      case 'fence-local':
        return this.#runner(effect.policy).kill()
      case 'prepare':
      case 'quiesce':
        return this.#finish(effect.kind, effect.policy)
      case 'send':
        return this.#send(effect)
      case 'announce':
        return this.probes.announce()
      case 'confirm':
        return this.probes.confirm(effect.hosts)
      case 'acquire':
        return this.#coordinators.get(effect.policy)?.acquire(effect.floor)
      case 'renew':
        return this.#coordinators.get(effect.policy)?.renew()
      case 'release':
        return this.#coordinators.get(effect.policy)?.release()
      case 'transfer':
        return this.#coordinators.get(effect.policy)?.transfer(effect.target)
      default:
    }
  }

  #finish(kind: 'prepare' | 'quiesce', policy: string): void {
    const event = { kind: kind === 'prepare' ? 'prepared' : 'quiesced' } as const
    this.later(20, () => this.observe({ kind: 'runner', policy, atMs: this.nowMs, event }))
  }

  #send({ host, message }: Extract<Effect, { kind: 'send' }>): void {
    this.#world.toHost(this.name, host, (peer) => {
      peer.observe({ kind: 'message', from: this.name, atMs: peer.nowMs, message })
    })
  }

  /** Three failures in a row, a second apart: 5.5. */
  #checkServices(nowMs: number): void {
    if (nowMs - this.#lastHealthMs < 1_000) return
    this.#lastHealthMs = nowMs
    for (const { policy, claim } of this.policies) {
      if (claim.state !== 'acting') continue
      const isOn = this.#runner(policy).state !== 'off'
      const failures = isOn ? 0 : (this.#unhealthy.get(policy) ?? 0) + 1
      this.#unhealthy.set(policy, failures)
      const health = { isHealthy: failures < 3, isReady: true, lagMs: 0 }
      this.observe({ kind: 'service', policy, atMs: nowMs, health })
    }
  }

  #runner(policy: string): SimRunner {
    return this.#world.runner(this.name, policy)
  }

  /** In this life, when the process can run. */
  later(delayMs: number, run: () => void): void {
    this.#world.after(delayMs, this.inThisLife(run))
  }

  /** For what is called at any time: it is left out in another life, and waits for a frozen process. */
  inThisLife(run: () => void): () => void {
    const boot = this.#boots
    return () => {
      if (this.#boots === boot) this.deliver(run)
    }
  }

  /** On the monotonic clock of this host. */
  get nowMs(): number {
    return this.clock.read().nowMs
  }

  #bootId(): string {
    return `${this.name}-${this.#boots}`
  }
}

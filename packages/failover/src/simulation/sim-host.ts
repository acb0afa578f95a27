import type { Core, CoreSettings, PolicyDecision, Turn } from '../core/api.js'
import { createCore } from '../core/core.js'
import type { CoreState } from '../core/state.js'
import type { Effect, Heartbeat, Observation } from '../core/types.js'
import type { Epoch } from '../epoch.js'
import { HostClock } from './host-clock.js'
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
/** How precisely the start of a question is kept. */
const COUNT_TOLERANCE_MS = 50
/** A slow witness is asked at its own interval: 7.2, S1. */
const SLOW_EVERY_MS = 5_000

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
  #lastProbeMs = new Map<string, number>()
  #lastWitnessMs = new Map<string, number>()
  /** Sending time of the last question per peer whose silence counts: docs/decisions/0013. */
  #countedMs = new Map<string, number>()
  #missing = new Set<string>()
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
    this.#loop(phaseMs % TURN_MS, this.#boots)
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
    this.#lastProbeMs = new Map()
    this.#lastWitnessMs = new Map()
    this.#countedMs = new Map()
    this.#unhealthy = new Map()
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
    return this.#core.heartbeat(this.#state, receiver, ++this.#sequence, this.#nowMs())
  }

  /** Evidence counts at once where somebody waits for it. */
  #isUrgent({ kind }: Observation): boolean {
    if (['runner', 'message', 'command', 'lease', 'epoch-refused'].includes(kind)) return true
    return this.policies.some(({ claim }) => claim.state !== 'standby') || this.#missing.size > 0
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
    this.#probeWhoIsDue(nowMs)
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
      this.#later(PERSIST_MS, () => this.#run(rest))
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
        return this.#announce()
      case 'confirm':
        return this.#confirm(effect.hosts)
      default:
    }
  }

  #finish(kind: 'prepare' | 'quiesce', policy: string): void {
    const event = { kind: kind === 'prepare' ? 'prepared' : 'quiesced' } as const
    this.#later(20, () => this.observe({ kind: 'runner', policy, atMs: this.#nowMs(), event }))
  }

  #send({ host, message }: Extract<Effect, { kind: 'send' }>): void {
    this.#world.toHost(this.name, host, (peer) => {
      peer.observe({ kind: 'message', from: this.name, atMs: peer.#nowMs(), message })
    })
  }

  #announce(): void {
    for (const peer of this.#peers()) this.#probe(peer)
    for (const { name } of this.#settings.witnesses) this.#postAndRead(name)
  }

  /** A probe of its own, one through every peer, and a read at every witness. */
  #confirm(hosts: readonly string[]): void {
    for (const host of hosts) {
      this.#probe(host)
      for (const peer of this.#peers()) if (peer !== host) this.#askThrough(peer, host)
    }
    for (const { name, isSlow } of this.#settings.witnesses) if (!isSlow) this.#read(name)
  }

  #probeWhoIsDue(nowMs: number): void {
    if (!this.#turn) return
    const { probeEveryMs, witnessEveryMs } = this.#turn
    for (const peer of this.#peers()) {
      if (nowMs - (this.#lastProbeMs.get(peer) ?? Number.NEGATIVE_INFINITY) > probeEveryMs - 1) this.#probe(peer)
    }
    for (const { name, isSlow } of this.#settings.witnesses) {
      const everyMs = isSlow ? SLOW_EVERY_MS : witnessEveryMs
      if (nowMs - (this.#lastWitnessMs.get(name) ?? Number.NEGATIVE_INFINITY) > everyMs - 1) this.#postAndRead(name)
    }
  }

  #probe(peer: string): void {
    const sentAtMs = this.#nowMs()
    this.#lastProbeMs.set(peer, sentAtMs)
    const isCounted = this.#count(peer, sentAtMs)
    this.#ask(peer, (heartbeat) => {
      const atMs = this.#nowMs()
      if (!heartbeat) {
        this.#missing.add(peer)
        if (isCounted) this.observe({ kind: 'missed', host: peer, sentAtMs, atMs })
        return
      }
      this.#missing.delete(peer)
      this.observe({ kind: 'answered', host: peer, sentAtMs, atMs, heartbeat })
    })
  }

  #count(peer: string, sentAtMs: number): boolean {
    const since = sentAtMs - (this.#countedMs.get(peer) ?? Number.NEGATIVE_INFINITY)
    if (since < this.#settings.timing.intervalMs - COUNT_TOLERANCE_MS) return false
    this.#countedMs.set(peer, sentAtMs)
    return true
  }

  /** One request; null when its time is over. */
  #ask(peer: string, done: (heartbeat: Heartbeat | null) => void): void {
    let isOpen = true
    const finish = (heartbeat: Heartbeat | null) => {
      if (!isOpen) return
      isOpen = false
      done(heartbeat)
    }
    const request = this.heartbeat(peer)
    this.#world.toHost(this.name, peer, (other) => {
      other.observe({ kind: 'heard', host: this.name, atMs: other.#nowMs(), heartbeat: request })
      const answer = other.heartbeat(this.name)
      this.#world.toHost(peer, this.name, () => finish(answer))
    })
    this.#later(this.#settings.timing.timeoutMs, () => finish(null))
  }

  /** 5.3: the peer probes the suspect, and forwards the question once if it hears nothing itself. */
  #askThrough(peer: string, host: string): void {
    const sentAtMs = this.#nowMs()
    this.#world.toHost(this.name, peer, (other) => {
      other.#probeFor([this.name], host, true, (heartbeat) => {
        this.#world.toHost(peer, this.name, () => {
          const atMs = this.#nowMs()
          this.observe({ kind: 'relayed', by: peer, host, sentAtMs, atMs, ageMs: 0, heartbeat })
        })
      })
    })
  }

  #probeFor(askers: readonly string[], host: string, mayForward: boolean, done: (heartbeat: Heartbeat) => void): void {
    for (const asker of askers) this.observe({ kind: 'asked', host: asker, atMs: this.#nowMs() })
    const sentAtMs = this.#nowMs()
    this.#ask(host, (heartbeat) => {
      if (!heartbeat) return
      this.observe({ kind: 'answered', host, sentAtMs, atMs: this.#nowMs(), heartbeat })
      done(heartbeat)
    })
    if (!mayForward || !this.#missing.has(host)) return
    for (const peer of this.#peers()) {
      if (peer === host || askers.includes(peer)) continue
      this.#world.toHost(this.name, peer, (other) => {
        other.#probeFor([this.name, ...askers], host, false, (heartbeat) => {
          this.#world.toHost(peer, this.name, () => done(heartbeat))
        })
      })
    }
  }

  /** S2: the read is sent when the post is acknowledged. */
  #postAndRead(witness: string): void {
    const sentAtMs = this.#nowMs()
    this.#lastWitnessMs.set(witness, sentAtMs)
    const sequence = ++this.#sequence
    const body = this.#core.post(this.#state, sequence, sentAtMs)
    this.#world.toWitness(
      this.name,
      witness,
      (at) => at.post(body),
      () => {
        this.observe({ kind: 'witness-posted', witness, sentAtMs, atMs: this.#nowMs(), sequence })
        this.#read(witness)
      },
      () => this.observe({ kind: 'witness-failed', witness, atMs: this.#nowMs() }),
    )
  }

  #read(witness: string): void {
    const sentAtMs = this.#nowMs()
    this.#world.toWitness(
      this.name,
      witness,
      (at) => at.read(),
      ({ upMs, posts }) => this.observe({ kind: 'witness-read', witness, sentAtMs, atMs: this.#nowMs(), upMs, posts }),
      () => this.observe({ kind: 'witness-failed', witness, atMs: this.#nowMs() }),
    )
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

  #peers(): string[] {
    return this.#settings.hosts.filter((host) => host !== this.name)
  }

  #later(delayMs: number, run: () => void): void {
    const boot = this.#boots
    this.#world.after(delayMs, () => {
      if (this.#boots === boot) this.deliver(run)
    })
  }

  #nowMs(): number {
    return this.clock.read().nowMs
  }

  #bootId(): string {
    return `${this.name}-${this.#boots}`
  }
}

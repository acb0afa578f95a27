import {
  type Effect,
  type EngineConfig,
  type EngineState,
  type OutgoingMessage,
  type StepResult,
  step,
} from '@montana/consensus'
import { errorMessage } from '@montana/foundation'
import type { GenesisDocument } from '@montana/ledger'
import type { Behaviour } from '../byzantine/behaviour.js'
import type { Dice } from '../kernel/dice.js'
import type { Trace } from '../kernel/trace.js'
import type { Scheduler } from '../network/network.js'
import type { ClockStub } from '../stubs/clock.js'
import type { StubSigner } from '../stubs/signatures.js'
import type { Authenticator } from './authenticator.js'
import type { HostBug } from './bugs.js'
import { Disk } from './disk.js'
import { carryOut, describeEffect, type EffectTarget, orderEffects, recordOf } from './effects.js'
import type { UndatedEvent } from './inbox.js'
import { beginLife, type Life, type LifeModules } from './life.js'
import { peerIndex } from './names.js'
import type { Packet } from './packet.js'
import { restoreFromDisk } from './restore.js'
import { Timers } from './timers.js'
import type { Watch } from './watch.js'

export interface ProcessInit {
  readonly index: number
  readonly name: string
  readonly signer: StubSigner
  readonly config: Omit<EngineConfig, 'random'>
  readonly document: GenesisDocument
  readonly stepsPerSecond: number
  /** Wants to be admitted. */
  readonly isNewcomer: boolean
  /** Undefined for an honest node. */
  readonly behaviour: Behaviour | undefined
  readonly bugs: ReadonlySet<HostBug>
}

export interface ProcessModules {
  readonly scheduler: Scheduler
  readonly dice: Dice
  readonly trace: Trace
  readonly watch: Watch
  readonly clock: ClockStub
  readonly authenticator: Authenticator
  /** Indices of all other processes. */
  readonly peers: readonly number[]
  nodeIdOf(peer: number): Uint8Array
  send(to: number, packet: Packet): void
  /** Probability, per effect, that the process dies right before it. */
  crashChance(): number
  /** The process died by itself; somebody has to start it again. */
  onCrash(process: Process): void
}

/** One node: the real engine, and around it everything that the product does at its edge, in virtual time. */
export class Process {
  readonly init: ProcessInit
  readonly disk = new Disk()
  readonly #modules: ProcessModules
  readonly #config: EngineConfig
  readonly #timers: Timers
  #life: Life | undefined

  constructor(init: ProcessInit, modules: ProcessModules) {
    this.init = init
    this.#modules = modules
    this.#config = { ...init.config, random: modules.dice }
    this.#timers = new Timers(modules.scheduler)
    if (init.bugs.has('lost-fsync')) this.disk.lie()
  }

  get index(): number {
    return this.init.index
  }

  get name(): string {
    return this.init.name
  }

  get nodeId(): Uint8Array {
    return this.init.config.selfNodeId
  }

  get head(): number {
    return this.disk.head
  }

  get isUp(): boolean {
    return this.#life !== undefined
  }

  get isHonest(): boolean {
    return this.init.behaviour === undefined
  }

  /** Throws when the process is down. */
  get state(): EngineState {
    if (!this.#life) throw new Error(`${this.name} is down`)
    return this.#life.state
  }

  start(): void {
    const { document, bugs } = this.init
    this.#timers.start()
    const state = restoreFromDisk(this.disk, document, this.#timers.nowMs, bugs)
    this.#life = beginLife(this.#lifeModules(), state)
    this.#note(`start head=${this.head}`)
    this.feed({ type: 'start' })
    this.#life?.candidacy?.advance()
  }

  crash(reason: string): void {
    if (!this.isUp) return
    this.#life = undefined
    this.#timers.stop()
    const wasTorn = this.disk.recover(this.#modules.dice)
    this.#note(`crash ${reason}${wasTorn ? ', torn write' : ''} head=${this.head}`)
    this.#modules.watch.crashed(this)
  }

  /** Stops without dying, until {@link thaw}. */
  freeze(): void {
    this.#timers.freeze()
  }

  thaw(): void {
    this.#timers.thaw()
  }

  connect(peer: string): void {
    this.#timers.now(() => this.feed({ type: 'peer', peer }))
  }

  deliver(from: number, packet: Packet): void {
    this.#timers.now(() => this.#life?.postbox.receive(from, packet))
  }

  /** One event through the engine, and its effects in order until one of them kills the process. */
  feed(undated: UndatedEvent): void {
    const before = this.#life?.state
    if (!before) return
    const event = { ...undated, nowMs: this.#timers.nowMs }
    const result = this.#guard(() => step(this.#config, before, event))
    if (!result) return
    this.#modules.watch.stepped(this, before, undated, result)
    this.#guard(() => this.#carryOutAll(result))
    this.#sleepUntil(result.wakeAtMs)
  }

  #carryOutAll({ effects, state }: StepResult): void {
    if (this.#life) this.#life.state = state
    for (const effect of orderEffects(effects, this.init.bugs)) {
      if (!this.isUp || this.#diesBefore(effect)) return
      this.#carryOut(effect)
    }
  }

  #diesBefore(effect: Effect): boolean {
    const { dice, crashChance, onCrash } = this.#modules
    if (!dice.chance(crashChance())) return false
    if (recordOf(effect) && dice.chance(0.5)) this.disk.tear()
    this.crash(`before ${effect.type}`)
    onCrash(this)
    return true
  }

  #carryOut(effect: Effect): void {
    const record = recordOf(effect)
    const line = describeEffect(effect)
    if (line) this.#note(line)
    if (!record) return carryOut(this.#target, effect)
    if (record.type === 'journal' && this.init.bugs.has('journal-skipped')) return
    this.disk.write(record)
    if (record.type === 'journal') this.#modules.watch.journaled(this, record.entry)
    if (record.type !== 'commit') return
    this.#modules.watch.committed(this, record.commit)
    this.#life?.candidacy?.afterWindow(record.commit)
  }

  readonly #target: EffectTarget = {
    sign: (message, done) => this.#life?.workshop.sign(message, done),
    grind: (window, previous, d) => this.#life?.workshop.grind(window, previous, d),
    verifyCandidate: (request) => this.#life?.workshop.verifyCandidate(request),
    prove: (request) => this.#life?.prover.prove(request),
    fetch: (wanted) => this.#life?.postbox.fetch(wanted),
    evidence: ({ kind, window, ours, theirs }) => this.#life?.desk.found({ kind, window, a: ours, b: theirs }),
    broadcast: (message) => {
      for (const peer of this.#modules.peers) this.#send(peer, message)
    },
    send: (to, message) => this.#send(peerIndex(to), message),
    behind: (from, window) => this.#life?.postbox.noteBehind(from, window),
  }

  #send(to: number, message: OutgoingMessage): void {
    const { watch, send } = this.#modules
    const { behaviour } = this.init
    watch.visible(this, message)
    const messages = behaviour ? behaviour.outgoing(this, to, message) : [message]
    for (const altered of messages) {
      watch.sent(this, altered)
      send(to, { type: 'message', message: altered })
    }
  }

  #lifeModules(): LifeModules {
    return {
      ...this.#modules,
      ...{ init: this.init, config: this.#config, disk: this.disk, timers: this.#timers, signer: this.init.signer },
      state: () => this.state,
      feed: (event) => this.feed(event),
      note: (line) => this.#note(line),
      onValue: (window, value) => this.#modules.watch.ticked(this, window, value),
    }
  }

  #sleepUntil(wakeAtMs: number | undefined): void {
    const life = this.#life
    if (!life || wakeAtMs === life.wakeAtMs) return
    life.wakeAtMs = wakeAtMs
    if (wakeAtMs === undefined) return
    this.#timers.after(wakeAtMs - this.#timers.nowMs, () => {
      if (life.wakeAtMs !== wakeAtMs) return
      life.wakeAtMs = undefined
      this.feed({ type: 'wake' })
    })
  }

  /** No input may make the engine or the disk throw; one that does ends the process, as in the node. */
  #guard<T>(run: () => T): T | undefined {
    try {
      return run()
    } catch (error) {
      this.#modules.watch.threw(this, error)
      this.crash(`threw ${errorMessage(error)}`)
      this.#modules.onCrash(this)
      return undefined
    }
  }

  #note(line: string): void {
    this.#modules.trace.note(this.#timers.nowMs, this.name, line)
  }
}

import {
  type Effect,
  type EngineConfig,
  type EngineState,
  type OutgoingMessage,
  type StepResult,
  step,
} from '@montana/consensus'
import type { GenesisDocument } from '@montana/ledger'
import type { Behaviour } from '../byzantine/behaviour.js'
import { contentId } from '../kernel/content-id.js'
import type { Dice } from '../kernel/dice.js'
import type { Trace } from '../kernel/trace.js'
import type { Scheduler } from '../network/network.js'
import { type ClockStub, grindMs } from '../stubs/clock.js'
import type { StubSigner } from '../stubs/signatures.js'
import type { Authenticator } from './authenticator.js'
import type { HostBug } from './bugs.js'
import { CatchUp } from './catch-up.js'
import { Disk } from './disk.js'
import { carryOut, describeEffect, orderEffects, recordOf } from './effects.js'
import { Inbox, type UndatedEvent } from './inbox.js'
import { describePacket, type Packet, RANGE_WINDOWS, type StoredWindow } from './packet.js'
import { restoreFromDisk } from './restore.js'
import type { Watch } from './watch.js'

/** Signing runs off the event loop of the node and takes about this long, ms. */
const SIGN_MS = { low: 1, high: 4 }
/** How often a process tells its peers where it stands, ms. */
const STATUS_MS = 10_000

export interface ProcessInit {
  readonly index: number
  readonly name: string
  readonly signer: StubSigner
  readonly config: Omit<EngineConfig, 'random'>
  readonly document: GenesisDocument
  readonly stepsPerSecond: number
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
  send(to: number, packet: Packet): void
  /** Probability, per effect, that the process dies right before it. */
  crashChance(): number
  /** The process died by chance; somebody has to start it again. */
  onCrash(process: Process): void
}

/** One node: the real engine, and around it everything that the product does at its edge, in virtual time. */
export class Process {
  readonly disk = new Disk()
  readonly init: ProcessInit
  readonly #modules: ProcessModules
  readonly #config: EngineConfig
  readonly #backlog: (() => void)[] = []
  #state: EngineState | undefined
  #inbox: Inbox | undefined
  #catchUp: CatchUp | undefined
  #incarnation = 0
  #grind = 0
  #wakeAtMs: number | undefined
  isUp = false
  #isFrozen = false

  constructor(init: ProcessInit, modules: ProcessModules) {
    this.init = init
    this.#modules = modules
    this.#config = { ...init.config, random: modules.dice }
    if (init.bugs.has('lost-fsync')) this.disk.lie()
  }

  get index(): number {
    return this.init.index
  }

  get name(): string {
    return this.init.name
  }

  /** Throws when the process is down. */
  get state(): EngineState {
    if (!this.#state) throw new Error(`${this.name} is down`)
    return this.#state
  }

  get head(): number {
    return this.disk.head
  }

  get isHonest(): boolean {
    return this.init.behaviour === undefined
  }

  start(): void {
    const { scheduler, trace } = this.#modules
    this.#incarnation++
    this.isUp = true
    this.#state = restoreFromDisk(this.disk, this.init.document, scheduler.nowMs, this.init.bugs)
    this.#wakeAtMs = undefined
    this.#inbox = this.#createInbox()
    this.#catchUp = this.#createCatchUp()
    trace.note(scheduler.nowMs, this.name, `start head=${this.head}`)
    this.feed({ type: 'start' })
    this.#after(this.#modules.dice.between(0, STATUS_MS), () => this.#announce())
  }

  crash(reason: string): void {
    const { scheduler, trace, watch, dice } = this.#modules
    if (!this.isUp) return
    this.isUp = false
    this.#isFrozen = false
    this.#backlog.length = 0
    this.#incarnation++
    const wasTorn = this.disk.recover(dice)
    trace.note(scheduler.nowMs, this.name, `crash ${reason}${wasTorn ? ', torn write' : ''} head=${this.head}`)
    watch.crashed(this)
  }

  /** Stops without dying: nothing happens inside until {@link thaw}, then everything that was due. */
  freeze(): void {
    this.#isFrozen = this.isUp
  }

  thaw(): void {
    this.#isFrozen = false
    for (const run of this.#backlog.splice(0)) run()
  }

  connect(peer: string): void {
    this.#now(() => this.feed({ type: 'peer', peer }))
  }

  deliver(from: number, fromName: string, packet: Packet): void {
    this.#now(() => this.#receive(from, fromName, packet))
  }

  /** One event through the engine, and its effects in order until one of them kills the process. */
  feed(undated: UndatedEvent): void {
    const { scheduler, watch } = this.#modules
    const before = this.#state
    if (!this.isUp || !before) return
    const event = { ...undated, nowMs: scheduler.nowMs }
    const result = this.#guard(() => step(this.#config, before, event))
    if (!result) return
    watch.stepped(this, before, undated, result)
    this.#guard(() => this.#carryOutAll(result))
    this.#sleepUntil(result.wakeAtMs)
  }

  #carryOutAll({ effects, state }: StepResult): void {
    this.#state = state
    for (const effect of orderEffects(effects, this.init.bugs)) {
      if (this.#diesBefore(effect)) return
      this.#carryOut(effect)
      if (!this.isUp) return
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
    const { scheduler, trace, watch } = this.#modules
    const record = recordOf(effect)
    const line = describeEffect(effect)
    if (line) trace.note(scheduler.nowMs, this.name, line)
    if (!record) return carryOut(this.#target, effect)
    if (record.type === 'journal' && this.init.bugs.has('journal-skipped')) return
    this.disk.write(record)
    if (record.type === 'commit') watch.committed(this, record.commit)
  }

  readonly #target = {
    sign: (message: Uint8Array, done: (signature: Uint8Array) => UndatedEvent) => this.#sign(message, done),
    grind: (window: number, previous: Uint8Array, d: number) => this.#startGrind(window, previous, d),
    broadcast: (message: OutgoingMessage) => {
      for (const peer of this.#modules.peers) this.#send(peer, message)
    },
    send: (to: string, message: OutgoingMessage) => this.#send(peerIndex(to), message),
    behind: (from: string, window: number) => this.#noteBehind(from, window),
  }

  #sign(message: Uint8Array, done: (signature: Uint8Array) => UndatedEvent): void {
    const delayMs = this.#modules.dice.between(SIGN_MS.low, SIGN_MS.high)
    const signature = this.init.signer.sign(message)
    this.#after(delayMs, () => this.feed(done(signature)))
  }

  #startGrind(window: number, previous: Uint8Array, d: number): void {
    const { clock, watch } = this.#modules
    const grind = ++this.#grind
    this.#after(grindMs(d, this.init.stepsPerSecond), () => {
      if (grind !== this.#grind) return
      const value = clock.value(previous, d)
      watch.ticked(this, window, value)
      this.feed({ type: 'tick', window, value })
    })
  }

  #send(to: number, message: OutgoingMessage): void {
    const { behaviour } = this.init
    this.#modules.watch.visible(this, message)
    const messages = behaviour ? behaviour.outgoing(this, to, message) : [message]
    for (const altered of messages) this.#modules.send(to, { type: 'message', message: altered })
  }

  #announce(): void {
    for (const peer of this.#modules.peers) this.#modules.send(peer, { type: 'status', head: this.head })
    this.#after(STATUS_MS, () => this.#announce())
  }

  #receive(from: number, fromName: string, packet: Packet): void {
    switch (packet.type) {
      case 'message':
        return this.#hear(fromName, packet.message)
      case 'status':
        return this.#noteHead(from, packet.head)
      case 'ask':
        return this.#serve(from, packet.id, packet.fromWindow)
      case 'answer':
        return this.#catchUp?.receive(from, packet.id, packet.windows)
    }
  }

  #hear(fromName: string, message: OutgoingMessage): void {
    const { scheduler, trace } = this.#modules
    const received = this.#inbox?.receive(this.state, fromName, message)
    if (!received) return
    const what = `${describePacket({ type: 'message', message })} ${contentId(message.payload)}`
    trace.note(scheduler.nowMs, this.name, `< ${fromName} ${what} ${received.outcome}`)
    if (received.event) this.feed(received.event)
  }

  #serve(to: number, id: number, fromWindow: number): void {
    const windows = this.disk.commits.slice(fromWindow - 1, fromWindow - 1 + RANGE_WINDOWS).map((commit) => ({
      window: commit.window,
      envelope: commit.envelope,
      certificate: this.disk.certificates.get(commit.window),
    }))
    this.#modules.send(to, { type: 'answer', id, windows })
  }

  #noteHead(from: number, head: number): void {
    if (!this.init.bugs.has('no-catch-up')) this.#catchUp?.noteHead(from, head)
  }

  #noteBehind(from: string, window: number): void {
    if (!this.init.bugs.has('no-catch-up')) this.#catchUp?.noteBehind(peerIndex(from), window)
  }

  #createInbox(): Inbox {
    const { authenticator } = this.#modules
    return new Inbox({ authenticator, onBehind: (from, window) => this.#noteBehind(from, window) })
  }

  #createCatchUp(): CatchUp {
    const { dice, scheduler, send } = this.#modules
    return new CatchUp({
      dice,
      head: () => this.head,
      nowMs: () => scheduler.nowMs,
      after: (delayMs, run) => this.#after(delayMs, run),
      ask: (peer, packet) => send(peer, packet),
      apply: (peer, stored) => this.#applyStored(peer, stored),
    })
  }

  #applyStored(peer: number, { window, envelope }: StoredWindow): boolean {
    if (this.head < window) this.#hear(peerName(peer), { kind: 'proposal', window, payload: envelope })
    return this.isUp && (this.head >= window || this.state.held !== undefined)
  }

  #sleepUntil(wakeAtMs: number | undefined): void {
    if (wakeAtMs === this.#wakeAtMs || !this.isUp) return
    this.#wakeAtMs = wakeAtMs
    if (wakeAtMs === undefined) return
    this.#after(wakeAtMs - this.#modules.scheduler.nowMs, () => {
      if (this.#wakeAtMs !== wakeAtMs) return
      this.#wakeAtMs = undefined
      this.feed({ type: 'wake' })
    })
  }

  /** No input may make the engine or the disk throw; one that does ends the process, as in the node. */
  #guard<T>(run: () => T): T | undefined {
    try {
      return run()
    } catch (error) {
      this.#modules.watch.threw(this, error)
      this.crash(`threw ${error instanceof Error ? error.message : String(error)}`)
      this.#modules.onCrash(this)
      return undefined
    }
  }

  /** For this incarnation only: a restarted process never sees what the one before was waiting for. */
  #after(delayMs: number, run: () => void): void {
    const incarnation = this.#incarnation
    this.#modules.scheduler.after(Math.max(0, delayMs), () => {
      if (incarnation === this.#incarnation) this.#now(run)
    })
  }

  #now(run: () => void): void {
    if (!this.isUp) return
    if (this.#isFrozen) this.#backlog.push(run)
    else run()
  }
}

export function peerName(index: number): string {
  return `p${index}`
}

export function peerIndex(name: string): number {
  return Number(name.slice(1))
}

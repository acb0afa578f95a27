import type { ChainState, Effect, EngineEvent, OutgoingMessage } from '@montana/consensus'
import type { Tick, Timechain } from '@montana/timechain'
import { Engine } from './engines.js'
import { eventOf } from './messages.js'
import type { Member, Network } from './network.js'
import { type RecordedWindow, Recorder } from './recorder.js'

/** Virtual time of one window: members then have the time to hear each other, so that all four sign. */
const WINDOW_MS = 1_000

export interface MeshInit {
  readonly network: Network
  readonly chain: ChainState
  readonly timechain: Timechain
}

interface Participant {
  readonly member: Member
  readonly engine: Engine
  wakeAtMs: number | undefined
}

/** The members of a network in one process, without delays and faults: real engines, clock and signatures. */
export class Mesh {
  readonly #participants: readonly Participant[]
  readonly #timechain: Timechain
  readonly #recorder = new Recorder()
  readonly #ticks = new Map<number, Promise<Tick>>()
  readonly #queue: { to: Participant; event: EngineEvent }[] = []
  #nowMs = 0

  constructor({ network, chain, timechain }: MeshInit) {
    this.#timechain = timechain
    this.#participants = network.members.map((member) => {
      const engine = new Engine({ network, chain, selfNodeId: member.nodeId, verify: { kind: 'full' } })
      return { member, engine, wakeAtMs: undefined }
    })
  }

  /** Cements `windows` windows and returns them from the first on. */
  async record(windows: number): Promise<RecordedWindow[]> {
    for (const to of this.#participants) this.#queue.push({ to, event: { type: 'start', nowMs: this.#nowMs } })
    while (this.#participants.some(({ engine }) => engine.head < windows)) {
      if (this.#queue.length === 0) this.#sleep()
      for (const { to, event } of this.#queue.splice(0)) await this.#feed(to, event)
    }
    return this.#recorder.history(windows)
  }

  /** Nothing happens until the first engine wants to be woken. */
  #sleep(): void {
    const wakes = this.#participants.flatMap(({ wakeAtMs }) => wakeAtMs ?? [])
    if (wakes.length === 0) throw new Error('the mesh stands still')
    this.#nowMs = Math.max(this.#nowMs, Math.min(...wakes))
    for (const to of this.#participants) this.#queue.push({ to, event: { type: 'wake', nowMs: this.#nowMs } })
  }

  async #feed(to: Participant, event: EngineEvent): Promise<void> {
    const { effects, wakeAtMs } = to.engine.step({ ...event, nowMs: this.#nowMs })
    to.wakeAtMs = wakeAtMs
    for (const effect of effects) await this.#carryOut(to, effect)
  }

  async #carryOut(by: Participant, effect: Effect): Promise<void> {
    if (effect.type === 'grind') this.#queue.push({ to: by, event: await this.#tick(effect) })
    else if (effect.type === 'sign') this.#queue.push({ to: by, event: await signed(by.member, effect) })
    else if (effect.type === 'broadcast') this.#broadcast(by, effect.message)
    else if (effect.type === 'commit') this.#recorder.noteCommit(effect.commit)
    else if (effect.type === 'finding') throw new Error(`${effect.code} in window ${effect.window}: ${effect.detail}`)
  }

  #broadcast(by: Participant, message: OutgoingMessage): void {
    if (message.kind === 'vote') this.#recorder.noteVote(message.payload)
    const event = eventOf(by.member.label, message, this.#nowMs)
    for (const to of this.#participants) if (to !== by) this.#queue.push({ to, event })
  }

  /** The first to ask grinds for all: every member computes the same value. */
  async #tick({ window, previous, d }: Extract<Effect, { type: 'grind' }>): Promise<EngineEvent> {
    let tick = this.#ticks.get(window)
    if (!tick) {
      this.#nowMs += WINDOW_MS
      tick = this.#timechain.grind({ window, previous, d })
      this.#ticks.set(window, tick)
    }
    const { value, checkpoints } = await tick
    this.#recorder.noteProof(window, { d, values: checkpoints })
    return { type: 'tick', window, value, nowMs: this.#nowMs }
  }
}

async function signed(member: Member, effect: Extract<Effect, { type: 'sign' }>): Promise<EngineEvent> {
  const { kind, window, scope, message, draft } = effect
  const signature = await member.signer.sign(message)
  return { type: 'signed', kind, window, scope, signature, nowMs: 0, ...(draft && { draft }) }
}

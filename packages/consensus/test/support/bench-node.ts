import { toHex } from '@montana/foundation'
import {
  type AuthenticatedEnvelope,
  type CementVote,
  type Effect,
  type EngineConfig,
  type EngineEvent,
  type EngineState,
  type JournalEntry,
  PRECOMMIT,
  PREVOTE,
  type Propose,
  type SignedEvent,
  step,
} from '../../src/index.js'

const SIGNATURE_BYTES = 3309
/** T_r(head + 1) of these tests; any 32 bytes will do. */
export const CLOCK = new Uint8Array(32).fill(0xc1)

type WithoutTime<T> = T extends unknown ? Omit<T, 'nowMs'> : never
export type Event = WithoutTime<EngineEvent>
type SignEffect = Extract<Effect, { type: 'sign' }>

/** A draft for head + 1 with everything that the vote says about it. */
export interface BenchDraft {
  readonly candidate: AuthenticatedEnvelope
  readonly bytes: Uint8Array
  readonly hash: Uint8Array
  readonly contextHash: Uint8Array
  readonly value: Uint8Array
}

/** One engine in virtual time. Signatures come back at once unless `isSigning` is off; everything is recorded. */
export class BenchNode {
  now = 0
  isSigning = true
  wakeAtMs: number | undefined
  readonly pending: SignEffect[] = []
  journal: JournalEntry[] = []
  effects: Effect[] = []

  constructor(
    readonly config: EngineConfig,
    public state: EngineState,
  ) {
    this.feed({ type: 'start' })
    this.now = 1_000
  }

  feed(...events: Event[]): this {
    for (const event of events) this.#step(event)
    return this
  }

  #step(event: Event): void {
    const result = step(this.config, this.state, { ...event, nowMs: this.now } as EngineEvent)
    this.state = result.state
    this.wakeAtMs = result.wakeAtMs
    for (const effect of result.effects) this.#execute(effect)
    if (this.isSigning) this.sign()
  }

  #execute(effect: Effect): void {
    this.effects.push(effect)
    if (effect.type === 'sign') this.pending.push(effect)
    if (effect.type !== 'journal') return
    const { window, kind, round, phase } = effect.entry
    const isSame = (e: JournalEntry) =>
      [e.window, e.kind, e.round, e.phase].join() === [window, kind, round, phase].join()
    this.journal = [...this.journal.filter((entry) => !isSame(entry)), effect.entry]
  }

  /** Answers what is waiting for a signature. */
  sign(): void {
    for (let next = this.pending.shift(); next; next = this.pending.shift()) {
      const { kind, window, scope, draft } = next
      const signature = new Uint8Array(SIGNATURE_BYTES).fill(9)
      const event: WithoutTime<SignedEvent & { nowMs: number }> = { type: 'signed', kind, window, scope, signature }
      this.#step(draft ? { ...event, draft } : event)
    }
  }

  /** Lets `ms` pass with a wake-up at its end, as the loop would give when something is due. */
  wait(ms: number): this {
    this.now += ms
    return this.feed({ type: 'wake' })
  }

  /** Wakes exactly when the engine asked for it, until `untilMs` has passed: what is due without a wake-up never happens. */
  run(ms: number): this {
    const end = this.now + ms
    while (this.wakeAtMs !== undefined && this.wakeAtMs <= end) {
      this.now = this.wakeAtMs
      this.feed({ type: 'wake' })
    }
    this.now = end
    return this
  }

  tick(window: number, value = CLOCK): this {
    return this.feed({ type: 'tick', window, value })
  }

  receive(...items: readonly (BenchDraft | Propose | CementVote)[]): this {
    for (const item of items) this.feed(eventOf(item))
    return this
  }

  /** Own votes of a round that went out: `prevote` and `precommit`, as hex, or undefined where there is none. */
  votes(round: number): { prevote: string | undefined; precommit: string | undefined } {
    const value = (phase: number) => {
      const entry = this.journal.find((e) => e.kind === 'vote' && e.round === round && e.phase === phase)
      return entry && toHex(entry.hash)
    }
    return { prevote: value(PREVOTE), precommit: value(PRECOMMIT) }
  }

  /** Everything recorded since the last call. */
  take(): Effect[] {
    const taken = this.effects
    this.effects = []
    return taken
  }

  get head(): number {
    return this.state.chain.context.window
  }
}

function eventOf(item: BenchDraft | Propose | CementVote): Event {
  if ('candidate' in item) return { type: 'draft', from: 'peer', candidate: item.candidate }
  if ('phase' in item) return { type: 'vote', from: 'peer', vote: item }
  return { type: 'propose', from: 'peer', propose: item }
}

export function effectsOf<T extends Effect['type']>(
  effects: readonly Effect[],
  type: T,
): Extract<Effect, { type: T }>[] {
  return effects.filter((effect): effect is Extract<Effect, { type: T }> => effect.type === type)
}

export function findings(effects: readonly Effect[]): string[] {
  return effectsOf(effects, 'finding').map(({ code }) => code)
}

/** What the node sent to everybody, by kind. */
export function broadcasts(effects: readonly Effect[], kind: string): Uint8Array[] {
  return effectsOf(effects, 'broadcast').flatMap(({ message }) => (message.kind === kind ? [message.payload] : []))
}

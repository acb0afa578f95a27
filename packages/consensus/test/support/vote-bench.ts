import { type RandomSource, seededRandom, toHex } from '@montana/foundation'
import { decodeNodeRegistration, type NodeRegistration, registrationScope } from '@montana/ledger'
import {
  type AuthenticatedEnvelope,
  acceptEnvelope,
  assembleDraft,
  type CementVote,
  type ChainState,
  type Confirmation,
  cementValue,
  confirmationScope,
  contextHash,
  decodeCertificate,
  decodeConfirmation,
  decodeEnvelope,
  decodePropose,
  decodeVote,
  type Effect,
  type EngineConfig,
  type EngineEvent,
  type EngineState,
  eligibleReveals,
  encodeCertificate,
  encodeContext,
  encodeEnvelope,
  headerScope,
  type JournalEntry,
  PRECOMMIT,
  PREVOTE,
  type Propose,
  proposalHash,
  proposeScope,
  restoreState,
  type SignedEvent,
  sealSettled,
  step,
  voteScope,
} from '../../src/index.js'
import { SimulatedMesh } from './mesh.js'

export const NIL = new Uint8Array(32)
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

function signed(scope: Uint8Array, fill = 7): Uint8Array {
  const bytes = new Uint8Array(scope.length + SIGNATURE_BYTES).fill(fill)
  bytes.set(scope)
  return bytes
}

export function authentic(bytes: Uint8Array, { header = true, evidence = true } = {}): AuthenticatedEnvelope {
  const envelope = decodeEnvelope(bytes)
  const all = (list: readonly unknown[], isValid = true) => list.map(() => isValid)
  const { confirmers, control } = envelope
  const signatures = { header, confirmers: all(confirmers), control: all(control) }
  return { envelope, signatures: { ...signatures, evidence: all(envelope.evidence, evidence) } }
}

/** Four equal members at head 3 of a `rotation` + `vote` network, of which any three are a quorum and two more than a − Q. */
export class VoteBench {
  readonly chain: ChainState
  readonly window: number
  readonly members: readonly Uint8Array[]
  /** F(head + 1). */
  readonly slots: readonly Uint8Array[]
  readonly #headEnvelope: Uint8Array
  readonly #config: EngineConfig

  constructor() {
    const rules = { proposerRule: 'rotation', cementingRule: 'vote' } as const
    const mesh = new SimulatedMesh(11, { loss: 0, crash: 0 }, 4, 0, { vdfEntryWindows: 2 }, rules)
    mesh.runUntil(3, 60_000)
    const at = mesh.processes.find(({ state }) => state.chain.context.window === 3)
    const envelope = at?.disk.commits[2]?.envelope
    if (!at || !envelope) throw new Error('the network did not get to window 3')
    this.chain = at.state.chain
    this.#headEnvelope = envelope
    this.#config = at.config
    this.window = 4
    this.members = mesh.processes.map(({ nodeId }) => nodeId)
    this.slots = at.config.rule.fallbackList(this.chain)
  }

  /** Node of slot `slot`, from 1. */
  holder(slot: number): Uint8Array {
    return this.slots[slot - 1] ?? NIL
  }

  /** The members but one, whose votes are a quorum by themselves. */
  others(than: Uint8Array): Uint8Array[] {
    return this.members.filter((nodeId) => toHex(nodeId) !== toHex(than))
  }

  confirmation(nodeId: Uint8Array, fields: { endpoint?: Uint8Array; opHashes?: Uint8Array[] } = {}): Confirmation {
    const { endpoint = CLOCK, opHashes = [] } = fields
    const revealHashes = eligibleReveals(this.chain)
      .map(({ hash }) => hash)
      .sort((a, b) => (toHex(a) < toHex(b) ? -1 : 1))
    return decodeConfirmation(
      signed(confirmationScope({ nodeId, endpoint, window: this.window, opHashes, revealHashes })),
    )
  }

  /** A draft of a slot; `without` leaves one member out of the evidence, `endpoint` is the clock value. */
  draft(slot: number, options: { without?: Uint8Array; endpoint?: Uint8Array } = {}): BenchDraft {
    const { without, endpoint = CLOCK } = options
    const signers = without ? this.others(without) : this.members
    const unsigned = assembleDraft(this.chain, {
      proposerNodeId: this.holder(slot),
      fallbackDepth: slot,
      timechainValue: endpoint,
      confirmers: decodeEnvelope(this.#headEnvelope).evidence,
      evidence: signers.map((nodeId) => this.confirmation(nodeId, { endpoint })),
      control: [],
    })
    return this.describe(encodeEnvelope({ ...unsigned, header: signed(headerScope(unsigned.header)) }))
  }

  /** The same header over another list 2, as anybody may pass it on. */
  otherBody(draft: BenchDraft, without: Uint8Array): BenchDraft {
    const { header, confirmers, evidence, control } = draft.candidate.envelope
    const fewer = evidence.filter(({ nodeId }) => toHex(nodeId) !== toHex(without))
    return this.describe(encodeEnvelope({ header: header.bytes, confirmers, evidence: fewer, control }))
  }

  describe(bytes: Uint8Array, state = this.chain): BenchDraft {
    const candidate = authentic(bytes)
    const rule = this.#config.rule
    const verdict = acceptEnvelope({ state, rule, ownTimechainValue: undefined }, candidate)
    if (!verdict.ok) throw new Error(verdict.code)
    const hash = proposalHash(candidate.envelope.header.scope)
    const context = contextHash(encodeContext(sealSettled(verdict.proposal.settled, hash).context))
    return { candidate, bytes, hash, contextHash: context, value: cementValue(hash, context) }
  }

  propose(round: number, draft: BenchDraft, validRound = 0): Propose {
    const { value, hash } = draft
    return decodePropose(
      signed(proposeScope({ window: this.window, round, validRound, value, proposalHash: hash }), round),
    )
  }

  vote(nodeId: Uint8Array, round: number, phase: number, value: Uint8Array, window = this.window): CementVote {
    return decodeVote(signed(voteScope({ nodeId, window, round, phase, value })))
  }

  certificate(draft: BenchDraft, signers: readonly Uint8Array[], round = 1) {
    const { window } = this
    const votes = signers.map((nodeId) => this.vote(nodeId, round, PRECOMMIT, draft.value))
    const { hash, contextHash } = draft
    return decodeCertificate(encodeCertificate({ window, proposalHash: hash, contextHash, round, votes }))
  }

  /** A member, or a restarted one where `journal` is given. */
  node(selfNodeId: Uint8Array, init: NodeInit = {}): BenchNode {
    const random: RandomSource = seededRandom(1)
    const verify = { kind: 'quorum' } as const
    const config: EngineConfig = { ...this.#config, selfNodeId, random, verify, ...init.config }
    const { chain = this.chain, journal = [], registrations = [] } = init
    const signFrom = 'signFrom' in init ? init.signFrom : 1
    const stored = { headEnvelope: this.#headEnvelope, recent: new Map(), journal, registrations, signFrom }
    return new BenchNode(config, restoreState({ chain, ...stored }, 0))
  }
}

/** What differs from a member that has just applied the head. */
export interface NodeInit {
  readonly chain?: ChainState
  readonly journal?: readonly JournalEntry[]
  readonly registrations?: readonly NodeRegistration[]
  readonly signFrom?: number | undefined
  readonly config?: Partial<EngineConfig>
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

/** A registration that passes every cheap rule in window 5; its key and ids are filled with `fill`, or given as `bytes`. */
export function registrationOf(
  bench: VoteBench,
  fields: { fill?: number; windows?: bigint; bytes?: Uint8Array } = {},
): NodeRegistration {
  const { fill = 0x66, windows = 3n, bytes } = fields
  const hash = new Uint8Array(32).fill(fill)
  const nodePublicKey = new Uint8Array(1952).fill(fill)
  const work = { wStart: BigInt(bench.chain.context.window - 2), vdfChainLength: windows }
  const ids = { suiteId: 1, nodePublicKey, operatorAccountId: hash, proofEndpoint: hash }
  return decodeNodeRegistration(bytes ?? signed(registrationScope({ ...ids, ...work })))
}

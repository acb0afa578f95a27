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
  type EngineConfig,
  eligibleReveals,
  encodeCertificate,
  encodeContext,
  encodeEnvelope,
  headerScope,
  type JournalEntry,
  PRECOMMIT,
  type Propose,
  proposalHash,
  proposeScope,
  restoreState,
  sealSettled,
  voteScope,
} from '../../src/index.js'
import { type BenchDraft, BenchNode, CLOCK } from './bench-node.js'
import { SimulatedMesh } from './mesh.js'

export { type BenchDraft, BenchNode, broadcasts, CLOCK, effectsOf, findings } from './bench-node.js'

export const NIL = new Uint8Array(32)
const SIGNATURE_BYTES = 3309

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

  /** The same vote of several members. */
  votes(nodeIds: readonly Uint8Array[], round: number, phase: number, value: Uint8Array): CementVote[] {
    return nodeIds.map((nodeId) => this.vote(nodeId, round, phase, value))
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

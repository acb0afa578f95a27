import { createHash } from 'node:crypto'
import { CodecError } from '@montana/codec'
import {
  type CementVote,
  type Confirmation,
  decodeConfirmation,
  decodeEnvelope,
  decodeHeader,
  decodeReveal,
  decodeVote,
  type Envelope,
  HEADER_BYTES,
  MESSAGE,
  memberOf,
  proposalHash,
  type Reveal,
} from '@montana/consensus'
import { bytesEqual, errorCode } from '@montana/foundation'
import type { Authenticator } from './authenticator.js'
import type { EngineLoop } from './loop.js'

/** Messages whose signatures are being verified; more than this are dropped, the sender repeats what matters. */
const MAX_PENDING = 512
/** … and of one peer, so that none can take the places of the others (spec protocol 10.3). */
const MAX_PENDING_PER_PEER = 128
/** Contents seen lately, by hash; duplicates are dropped before any signature check (spec protocol 10.3). */
const SEEN_ENTRIES = 2048
const WINDOWS_AHEAD = 2

export type MessageKind = 'reveal' | 'confirmation' | 'envelope' | 'notice' | 'vote' | 'other'

export interface InboxModules {
  readonly loop: EngineLoop
  readonly authenticator: Authenticator
  /** Called once per message with what became of it: a metric label. */
  onOutcome(kind: MessageKind, outcome: 'accepted' | 'duplicate' | 'irrelevant' | 'overload' | string): void
  /** A peer spoke of a window that this node cannot reach yet. */
  onBehind(peerId: string): void
}

/** Everything that peers say to the ledger passes here: decode, deduplicate, authenticate, hand to the engine. */
export class Inbox {
  readonly #modules: InboxModules
  readonly #seen = new Set<string>()
  readonly #pendingOf = new Map<string, number>()
  #pending = 0

  constructor(modules: InboxModules) {
    this.#modules = modules
  }

  /** A base protocol request. Types that this node ignores were acknowledged by the network layer already. */
  receive(peerId: string, type: number, payload: Uint8Array): void {
    if (type === MESSAGE.reveal) this.#guard('reveal', peerId, () => this.#reveal(peerId, decodeReveal(payload)))
    else if (type === MESSAGE.confirmation) {
      this.#guard('confirmation', peerId, () => this.#confirmation(peerId, decodeConfirmation(payload)))
    } else if (type === MESSAGE.proposal && payload.length === HEADER_BYTES) {
      this.#guard('notice', peerId, () => this.#notice(peerId, payload))
    } else if (type === MESSAGE.proposal) this.#guard('envelope', peerId, () => this.receiveEnvelope(peerId, payload))
    else this.#modules.onOutcome('other', 'irrelevant')
  }

  receiveVote(peerId: string, payload: Uint8Array): void {
    this.#guard('vote', peerId, () => this.#vote(peerId, decodeVote(payload)))
  }

  /** Also the way of windows fetched by range; resolves when the engine has seen it. */
  async receiveEnvelope(peerId: string, bytes: Uint8Array): Promise<string> {
    const envelope = decodeEnvelope(bytes)
    const { loop, authenticator, onBehind } = this.#modules
    const { window } = envelope.header
    if (window > loop.head + 1) {
      onBehind(peerId)
      return 'ahead'
    }
    if (window <= loop.head && this.#isCemented(envelope)) return 'duplicate'
    const candidate = await authenticator.authenticateEnvelope(loop.state.chain, envelope)
    loop.dispatch({ type: 'envelope', from: peerId, candidate })
    return 'accepted'
  }

  /** The very header that this node has cemented, or one too old to compare. */
  #isCemented({ header }: Envelope): boolean {
    const recent = this.#modules.loop.state.values.get(header.window)
    return !recent || bytesEqual(recent.proposalHash, proposalHash(header.scope))
  }

  async #reveal(from: string, reveal: Reveal): Promise<string> {
    if (!this.#isWanted(from, reveal, reveal.bytes)) return 'irrelevant'
    const { loop, authenticator } = this.#modules
    if (!(await authenticator.isAuthentic(loop.state.chain, reveal))) return 'InvalidSignature'
    loop.dispatch({ type: 'reveal', from, reveal })
    return 'accepted'
  }

  async #confirmation(from: string, confirmation: Confirmation): Promise<string> {
    if (!this.#isWanted(from, confirmation, confirmation.bytes)) return 'irrelevant'
    const { loop, authenticator } = this.#modules
    if (!(await authenticator.isAuthentic(loop.state.chain, confirmation))) return 'InvalidSignature'
    loop.dispatch({ type: 'confirmation', from, confirmation })
    return 'accepted'
  }

  async #notice(from: string, bytes: Uint8Array): Promise<string> {
    const header = decodeHeader(bytes)
    const { loop, authenticator } = this.#modules
    if (header.window <= loop.head) return 'irrelevant'
    if (header.window > loop.head + 1) this.#modules.onBehind(from)
    const signed = { ...header, nodeId: header.proposerNodeId }
    if (!(await authenticator.isAuthentic(loop.state.chain, signed))) return 'InvalidSignature'
    loop.dispatch({ type: 'notice', from, header })
    return 'accepted'
  }

  async #vote(from: string, vote: CementVote): Promise<string> {
    if (!this.#isWanted(from, vote, vote.bytes)) return 'irrelevant'
    const { loop, authenticator } = this.#modules
    if (!(await authenticator.isAuthenticVote(loop.state.chain, vote))) return 'InvalidSignature'
    loop.dispatch({ type: 'vote', from, vote })
    return 'accepted'
  }

  /**
   * Windows from the head to two beyond, of members, each content once. Anything later only shows that catch-up is
   * needed. What comes from nobody yet is not remembered: its sender may be a member when it is sent again.
   */
  #isWanted(from: string, { window, nodeId }: { window: number; nodeId: Uint8Array }, bytes: Uint8Array): boolean {
    const { head, state } = this.#modules.loop
    if (window > head + 1) this.#modules.onBehind(from)
    if (window < head || window > head + WINDOWS_AHEAD || !memberOf(state.chain, nodeId, window)) return false
    const key = createHash('sha256').update(bytes).digest('base64')
    if (this.#seen.has(key)) return false
    this.#seen.add(key)
    if (this.#seen.size > SEEN_ENTRIES) this.#seen.delete(this.#seen.values().next().value ?? '')
    return true
  }

  #guard(kind: MessageKind, peerId: string, work: () => Promise<string>): void {
    const { onOutcome } = this.#modules
    const ofPeer = this.#pendingOf.get(peerId) ?? 0
    if (this.#pending >= MAX_PENDING || ofPeer >= MAX_PENDING_PER_PEER) return onOutcome(kind, 'overload')
    this.#count(peerId, 1)
    const settle = (outcome: string) => {
      this.#count(peerId, -1)
      onOutcome(kind, outcome)
    }
    const reject = (error: unknown) => settle(error instanceof CodecError ? 'MalformedEnvelope' : errorCode(error))
    try {
      work().then(settle, reject)
    } catch (error) {
      reject(error)
    }
  }

  #count(peerId: string, change: 1 | -1): void {
    this.#pending += change
    const ofPeer = (this.#pendingOf.get(peerId) ?? 0) + change
    if (ofPeer === 0) this.#pendingOf.delete(peerId)
    else this.#pendingOf.set(peerId, ofPeer)
  }
}

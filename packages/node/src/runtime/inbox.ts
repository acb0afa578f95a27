import {
  type CementVote,
  type Confirmation,
  decodeCertificate,
  decodeConfirmation,
  decodeEnvelope,
  decodeHeader,
  decodePropose,
  decodeReveal,
  decodeVote,
  draftKey,
  type Envelope,
  HEADER_BYTES,
  holdsVote,
  MESSAGE,
  memberOf,
  type Origin,
  proposalHash,
  type Reveal,
  roundHolder,
} from '@montana/consensus'
import { bytesEqual } from '@montana/foundation'
import { decodeNodeRegistration } from '@montana/ledger'
import { BASE_TYPE } from '@montana/network'
import type { Authenticator } from './authenticator.js'
import type { EngineLoop } from './loop.js'
import { MessageGuard, type MessageKind, type OnOutcome } from './message-guard.js'
import { Seen } from './seen.js'

const WINDOWS_AHEAD = 2

export interface InboxModules {
  readonly loop: EngineLoop
  readonly authenticator: Authenticator
  /** Called once per message with what became of it: a metric label. */
  readonly onOutcome: OnOutcome
  /** A peer spoke of `window`, which this node cannot reach yet. */
  onBehind(peerId: string, window: number): void
}

type Take = (peerId: string, bytes: Uint8Array) => Promise<string>

/** Everything that peers say to the ledger passes here: decode, deduplicate, authenticate, hand to the engine. */
export class Inbox {
  readonly #modules: InboxModules
  readonly #guard: MessageGuard
  readonly #seen = new Seen()
  readonly #base: ReadonlyMap<number, readonly [MessageKind, Take]> = new Map([
    [MESSAGE.reveal, ['reveal', (peer, bytes) => this.#reveal(peer, decodeReveal(bytes))]],
    [MESSAGE.confirmation, ['confirmation', (peer, bytes) => this.#confirmation(peer, decodeConfirmation(bytes))]],
    [BASE_TYPE.nodeRegistration, ['registration', (peer, bytes) => this.takeRegistration(peer, bytes)]],
  ])

  constructor(modules: InboxModules) {
    this.#modules = modules
    this.#guard = new MessageGuard(modules.onOutcome)
  }

  /** A base protocol request. Types that this node ignores were acknowledged by the network layer already. */
  receive(peerId: string, type: number, payload: Uint8Array): void {
    const known = this.#base.get(type)
    if (known) return this.guarded(known[0], peerId, () => known[1](peerId, payload))
    if (type !== MESSAGE.proposal) return this.#modules.onOutcome('other', peerId, 'irrelevant')
    if (payload.length === HEADER_BYTES) return this.guarded('notice', peerId, () => this.#notice(peerId, payload))
    this.guarded('envelope', peerId, () => this.takeEnvelope(peerId, payload))
  }

  /**
   * Runs `take` within the bounds of what may be looked at at once. With a full disk nothing is: what were taken would
   * only wait, and what is not taken is not remembered either, so its sender may repeat it.
   */
  guarded(kind: MessageKind, peerId: string, take: () => Promise<string>): void {
    if (this.#modules.loop.isHeld) return this.#modules.onOutcome(kind, peerId, 'held')
    this.#guard.run(kind, peerId, take)
  }

  /** Also the way of windows fetched by range; resolves when the engine has seen it. */
  async takeEnvelope(peerId: string, bytes: Uint8Array, origin: Origin = 'live'): Promise<string> {
    const envelope = decodeEnvelope(bytes)
    const { loop, authenticator, onBehind } = this.#modules
    const { window } = envelope.header
    if (window > loop.head + 1) {
      onBehind(peerId, window)
      return 'ahead'
    }
    if (window <= loop.head && this.#isCemented(envelope)) return 'duplicate'
    if (window > loop.head && this.#wasRefused(envelope)) return 'duplicate'
    const { chain } = loop.state
    // Of a window that is cemented already only the header can matter: it may contradict the one that is stored.
    const isStale = window <= loop.head
    const candidate = isStale
      ? await authenticator.authenticateHeader(chain, envelope)
      : await authenticator.authenticateEnvelope(chain, envelope)
    loop.dispatch({ type: 'envelope', from: peerId, candidate, origin })
    return candidate.signatures.header ? 'accepted' : 'InvalidSignature'
  }

  /**
   * A draft for the window that is open; judged once, however often it is sent. One that was refused may have lost a
   * list on its way, which its header does not show: the same header with other bytes is judged anew.
   */
  async takeDraft(peerId: string, bytes: Uint8Array): Promise<string> {
    const envelope = decodeEnvelope(bytes)
    const { loop, authenticator, onBehind } = this.#modules
    const { window } = envelope.header
    if (window > loop.head + 1) onBehind(peerId, window)
    if (window !== loop.head + 1) return 'irrelevant'
    if (loop.state.vote.drafts.has(draftKey(bytes))) return 'duplicate'
    const candidate = await authenticator.authenticateEnvelope(loop.state.chain, envelope)
    loop.dispatch({ type: 'draft', from: peerId, candidate })
    return candidate.signatures.header ? 'accepted' : 'InvalidSignature'
  }

  async takePropose(peerId: string, bytes: Uint8Array): Promise<string> {
    const propose = decodePropose(bytes)
    const { loop, authenticator, onBehind } = this.#modules
    if (propose.window > loop.head + 1) onBehind(peerId, propose.window)
    if (propose.window !== loop.head + 1) return 'irrelevant'
    const { chain, vote } = loop.state
    const known = vote.proposals.get(propose.round)
    if (known && bytesEqual(known.scope, propose.scope)) return 'duplicate'
    const holder = roundHolder(loop.rule, chain, propose.round)
    if (!(await authenticator.isAuthenticPropose(chain, propose, holder))) return 'InvalidPropose'
    loop.dispatch({ type: 'propose', from: peerId, propose })
    return 'accepted'
  }

  async takeVote(peerId: string, bytes: Uint8Array): Promise<string> {
    const vote: CementVote = decodeVote(bytes)
    const { loop, authenticator } = this.#modules
    const irrelevant = this.#irrelevance(peerId, vote, () => holdsVote(loop.state, vote))
    if (irrelevant) return irrelevant
    if (!(await authenticator.isAuthenticVote(loop.state.chain, vote))) return 'InvalidSignature'
    loop.dispatch({ type: 'vote', from: peerId, vote })
    return 'accepted'
  }

  async takeCertificate(peerId: string, bytes: Uint8Array): Promise<string> {
    const certificate = decodeCertificate(bytes)
    const { loop, authenticator, onBehind } = this.#modules
    const { window } = certificate
    if (window > loop.head + 1) {
      onBehind(peerId, window)
      return 'ahead'
    }
    const known = loop.state.values.get(window)
    if (window <= loop.head && (!known || bytesEqual(known.proposalHash, certificate.proposalHash))) return 'duplicate'
    if (!(await authenticator.isAuthenticCertificate(loop.state.chain, certificate))) return 'InvalidSignature'
    loop.dispatch({ type: 'certificate', from: peerId, certificate })
    return 'accepted'
  }

  async takeRegistration(peerId: string, bytes: Uint8Array): Promise<string> {
    const registration = decodeNodeRegistration(bytes)
    const { loop, authenticator } = this.#modules
    if (!(await authenticator.isAuthenticRegistration(registration))) return 'InvalidSignature'
    loop.dispatch({ type: 'registration', from: peerId, registration })
    return 'accepted'
  }

  /** The very header that this node has cemented, or one too old to compare. */
  #isCemented({ header }: Envelope): boolean {
    const recent = this.#modules.loop.state.values.get(header.window)
    return !recent || bytesEqual(recent.proposalHash, proposalHash(header.scope))
  }

  /** These very bytes were judged for the open window and refused. */
  #wasRefused({ bytes }: Envelope): boolean {
    return this.#modules.loop.state.vote.drafts.get(draftKey(bytes))?.verdict.ok === false
  }

  async #reveal(from: string, reveal: Reveal): Promise<string> {
    const irrelevant = this.#irrelevance(from, reveal, () => !this.#seen.add(reveal.bytes))
    if (irrelevant) return irrelevant
    const { loop, authenticator } = this.#modules
    if (!(await authenticator.isAuthentic(loop.state.chain, reveal))) return 'InvalidSignature'
    loop.dispatch({ type: 'reveal', from, reveal })
    return 'accepted'
  }

  async #confirmation(from: string, confirmation: Confirmation): Promise<string> {
    const irrelevant = this.#irrelevance(from, confirmation, () => !this.#seen.add(confirmation.bytes))
    if (irrelevant) return irrelevant
    const { loop, authenticator } = this.#modules
    if (!(await authenticator.isAuthentic(loop.state.chain, confirmation))) return 'InvalidSignature'
    loop.dispatch({ type: 'confirmation', from, confirmation })
    return 'accepted'
  }

  async #notice(from: string, bytes: Uint8Array): Promise<string> {
    const header = decodeHeader(bytes)
    const { loop, authenticator } = this.#modules
    if (header.window <= loop.head) return 'stale'
    if (header.window > loop.head + 1) this.#modules.onBehind(from, header.window)
    const signed = { ...header, nodeId: header.proposerNodeId }
    if (!memberOf(loop.state.chain, signed.nodeId, header.window)) return 'UnknownNode'
    if (!(await authenticator.isAuthentic(loop.state.chain, signed))) return 'InvalidSignature'
    loop.dispatch({ type: 'notice', from, header })
    return 'accepted'
  }

  /**
   * Windows from the head to two beyond, of members, each content once. Anything later only shows that catch-up is
   * needed. What comes from nobody yet is not remembered: its sender may be a member when it is sent again. Nor are
   * votes, but those that the engine holds: one that it has no use for now may be the one that is missing later.
   */
  #irrelevance(
    from: string,
    { window, nodeId }: { window: number; nodeId: Uint8Array },
    isKnown: () => boolean,
  ): string | undefined {
    const { head, state } = this.#modules.loop
    if (window > head + 1) this.#modules.onBehind(from, window)
    if (window < head) return 'stale'
    if (window > head + WINDOWS_AHEAD) return 'ahead'
    if (!memberOf(state.chain, nodeId, window)) return 'UnknownNode'
    return isKnown() ? 'duplicate' : undefined
  }
}

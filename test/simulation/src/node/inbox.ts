import {
  draftKey,
  type EngineEvent,
  type EngineState,
  headOf,
  holdsVote,
  memberOf,
  type Origin,
  type ProposerRule,
  proposalHash,
  roundHolder,
} from '@montana/consensus'
import { bytesEqual } from '@montana/foundation'
import { contentId } from '../kernel/content-id.js'
import type { Authenticator, SignedObject } from './authenticator.js'
import { type DecodedAs, decodeMessage } from './decode.js'
import type { Message } from './packet.js'

type WithoutTime<T> = T extends unknown ? Omit<T, 'nowMs'> : never
export type UndatedEvent = WithoutTime<EngineEvent>

/** Contents seen lately; the bound of the node's inbox. */
const SEEN_ENTRIES = 2048
/** Windows beyond the head whose messages are kept: spec protocol 10.3. */
const WINDOWS_AHEAD = 2

/** What becomes of a message: an event for the engine, or the word for why there is none. */
export type Received = UndatedEvent | string

export interface InboxModules {
  readonly authenticator: Authenticator
  readonly rule: ProposerRule
  /** A peer spoke of a window that this node cannot reach yet. */
  onBehind(from: string, window: number): void
}

/** One message on its way through the inbox. */
interface Arrival {
  readonly state: EngineState
  readonly from: string
}

/** Everything that peers say passes here, with the same stages as in the node: decode, deduplicate, authenticate. */
export class Inbox {
  readonly #seen = new Set<string>()

  constructor(readonly modules: InboxModules) {}

  receive(state: EngineState, from: string, message: Message, origin: Origin = 'live'): Received {
    const arrival = { state, from }
    const decoded = decodeMessage(message)
    switch (decoded.type) {
      case 'malformed':
        return 'malformed'
      case 'envelope':
        return this.#envelope(arrival, decoded, origin)
      case 'draft':
        return this.#draft(arrival, decoded)
      case 'notice':
        return this.#notice(arrival, decoded)
      case 'propose':
        return this.#propose(arrival, decoded)
      case 'certificate':
        return this.#certificate(arrival, decoded)
      case 'registration':
        return this.#registration(arrival, decoded)
      default:
        return this.#signed(arrival, decoded)
    }
  }

  #envelope({ state, from }: Arrival, { object }: DecodedAs<'envelope'>, origin: Origin): Received {
    const { window, scope } = object.header
    if (window > headOf(state) + 1) return this.#ahead(from, window)
    if (window <= headOf(state) && isCemented(state, window, proposalHash(scope))) return 'duplicate'
    const candidate = this.modules.authenticator.authenticateEnvelope(state.chain, object)
    return { type: 'envelope', from, candidate, origin }
  }

  #draft({ state, from }: Arrival, { object }: DecodedAs<'draft'>): Received {
    const { window } = object.header
    if (window > headOf(state) + 1) return this.#ahead(from, window)
    if (window !== headOf(state) + 1) return 'stale'
    if (state.vote.drafts.has(draftKey(object.bytes))) return 'duplicate'
    const candidate = this.modules.authenticator.authenticateEnvelope(state.chain, object)
    return { type: 'draft', from, candidate }
  }

  #propose({ state, from }: Arrival, { object: propose }: DecodedAs<'propose'>): Received {
    const { window, round, scope } = propose
    if (window > headOf(state) + 1) return this.#ahead(from, window)
    if (window !== headOf(state) + 1) return 'stale'
    const known = state.vote.proposals.get(round)
    if (known && bytesEqual(known.scope, scope)) return 'duplicate'
    const { authenticator, rule } = this.modules
    const holder = roundHolder(rule, state.chain, round)
    return authenticator.isAuthenticPropose(state.chain, propose, holder)
      ? { type: 'propose', from, propose }
      : 'forged'
  }

  #certificate({ state, from }: Arrival, { object: certificate }: DecodedAs<'certificate'>): Received {
    const { window, proposalHash: hash } = certificate
    if (window > headOf(state) + 1) return this.#ahead(from, window)
    if (window <= headOf(state) && isCemented(state, window, hash)) return 'duplicate'
    const { authenticator } = this.modules
    if (!authenticator.isAuthenticCertificate(state.chain, certificate)) return 'forged'
    return { type: 'certificate', from, certificate }
  }

  #registration({ from }: Arrival, { object: registration }: DecodedAs<'registration'>): Received {
    if (!this.modules.authenticator.isAuthenticRegistration(registration)) return 'forged'
    return { type: 'registration', from, registration }
  }

  #notice({ state, from }: Arrival, { object: header }: DecodedAs<'notice'>): Received {
    const head = headOf(state)
    if (header.window <= head) return 'stale'
    if (header.window > head + 1) this.modules.onBehind(from, header.window)
    const signed = { ...header, nodeId: header.proposerNodeId }
    if (!this.modules.authenticator.isAuthentic(state.chain, signed)) return 'forged'
    return { type: 'notice', from, header }
  }

  #signed(arrival: Arrival, decoded: DecodedAs<'reveal' | 'confirmation' | 'vote'>): Received {
    const { object } = decoded
    const isKnown = () => {
      return decoded.type === 'vote' ? holdsVote(arrival.state, decoded.object) : !this.#isNew(object.bytes)
    }
    const refusal = this.#refuse(arrival, object, isKnown)
    if (refusal) return refusal
    const { authenticator } = this.modules
    const { chain } = arrival.state
    const isAuthentic =
      decoded.type === 'vote'
        ? authenticator.isAuthenticVote(chain, decoded.object)
        : authenticator.isAuthentic(chain, decoded.object)
    return isAuthentic ? toEvent(arrival.from, decoded) : 'forged'
  }

  /** Members' messages from the head to two windows beyond, each content once; votes as the engine holds them. */
  #refuse({ state, from }: Arrival, { nodeId, window }: SignedObject, isKnown: () => boolean): string | undefined {
    const head = headOf(state)
    if (window > head + 1) this.modules.onBehind(from, window)
    if (window < head || window > head + WINDOWS_AHEAD) return 'out of reach'
    if (!memberOf(state.chain, nodeId, window)) return 'no member'
    return isKnown() ? 'duplicate' : undefined
  }

  #isNew(bytes: Uint8Array): boolean {
    const id = contentId(bytes)
    if (this.#seen.has(id)) return false
    this.#seen.add(id)
    if (this.#seen.size > SEEN_ENTRIES) this.#seen.delete(this.#seen.values().next().value ?? '')
    return true
  }

  #ahead(from: string, window: number): Received {
    this.modules.onBehind(from, window)
    return 'ahead'
  }
}

/** The very header that this node has cemented, or one too old to compare. */
function isCemented(state: EngineState, window: number, hash: Uint8Array): boolean {
  const known = state.values.get(window)
  return !known || bytesEqual(known.proposalHash, hash)
}

function toEvent(from: string, decoded: DecodedAs<'reveal' | 'confirmation' | 'vote'>): UndatedEvent {
  switch (decoded.type) {
    case 'reveal':
      return { type: 'reveal', from, reveal: decoded.object }
    case 'confirmation':
      return { type: 'confirmation', from, confirmation: decoded.object }
    case 'vote':
      return { type: 'vote', from, vote: decoded.object }
  }
}

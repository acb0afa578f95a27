import {
  type EngineEvent,
  type EngineState,
  headOf,
  memberOf,
  type OutgoingMessage,
  proposalHash,
} from '@montana/consensus'
import { bytesEqual } from '@montana/foundation'
import { contentId } from '../kernel/content-id.js'
import type { Authenticator, SignedObject } from './authenticator.js'
import { type Decoded, decodeMessage } from './decode.js'

type WithoutTime<T> = T extends unknown ? Omit<T, 'nowMs'> : never
export type UndatedEvent = WithoutTime<EngineEvent>

/** Contents seen lately; the bound of the node's inbox. */
const SEEN_ENTRIES = 2048
/** Windows beyond the head whose messages are kept: spec protocol 10.3. */
const WINDOWS_AHEAD = 2

/** What becomes of a message: an event for the engine, or the word for why there is none. */
export type Received =
  | { readonly event: UndatedEvent; readonly outcome: 'accepted' }
  | { readonly event?: undefined; readonly outcome: string }

export interface InboxModules {
  readonly authenticator: Authenticator
  /** A peer spoke of a window that this node cannot reach yet. */
  onBehind(from: string, window: number): void
}

/** Everything that peers say passes here, with the same stages as in the node: decode, deduplicate, authenticate. */
export class Inbox {
  readonly #seen = new Set<string>()

  constructor(readonly modules: InboxModules) {}

  receive(state: EngineState, from: string, message: OutgoingMessage): Received {
    const decoded = decodeMessage(message)
    switch (decoded.type) {
      case 'malformed':
        return { outcome: 'malformed' }
      case 'envelope':
        return this.#envelope(state, from, decoded)
      case 'notice':
        return this.#notice(state, from, decoded)
      default:
        return this.#signed(state, from, decoded)
    }
  }

  #envelope(state: EngineState, from: string, { object }: Extract<Decoded, { type: 'envelope' }>): Received {
    const { window } = object.header
    if (window > headOf(state) + 1) return this.#ahead(from, window)
    const cemented = state.values.get(window)
    const isStale = window <= headOf(state)
    if (isStale && (!cemented || bytesEqual(cemented.proposalHash, proposalHash(object.header.scope)))) {
      return { outcome: 'duplicate' }
    }
    const candidate = this.modules.authenticator.authenticateEnvelope(state.chain, object)
    return { event: { type: 'envelope', from, candidate }, outcome: 'accepted' }
  }

  #notice(state: EngineState, from: string, { object }: Extract<Decoded, { type: 'notice' }>): Received {
    const head = headOf(state)
    if (object.window <= head) return { outcome: 'stale' }
    if (object.window > head + 1) this.modules.onBehind(from, object.window)
    const signed = { ...object, nodeId: object.proposerNodeId }
    if (!this.modules.authenticator.isAuthentic(state.chain, signed)) return { outcome: 'forged' }
    return { event: { type: 'notice', from, header: object }, outcome: 'accepted' }
  }

  #signed(
    state: EngineState,
    from: string,
    decoded: Extract<Decoded, { type: 'reveal' | 'confirmation' | 'vote' }>,
  ): Received {
    const { object } = decoded
    const refusal = this.#refuse(state, from, object, object.bytes)
    if (refusal) return { outcome: refusal }
    const { authenticator } = this.modules
    const isAuthentic =
      decoded.type === 'vote'
        ? authenticator.isAuthenticVote(state.chain, decoded.object)
        : authenticator.isAuthentic(state.chain, object)
    return isAuthentic ? { event: toEvent(from, decoded), outcome: 'accepted' } : { outcome: 'forged' }
  }

  /** Members' messages from the head to two windows beyond, each content once. */
  #refuse(state: EngineState, from: string, { nodeId, window }: SignedObject, bytes: Uint8Array): string | undefined {
    const head = headOf(state)
    if (window > head + 1) this.modules.onBehind(from, window)
    if (window < head || window > head + WINDOWS_AHEAD) return 'out of reach'
    if (!memberOf(state.chain, nodeId, window)) return 'no member'
    const id = contentId(bytes)
    if (this.#seen.has(id)) return 'duplicate'
    this.#seen.add(id)
    if (this.#seen.size > SEEN_ENTRIES) this.#seen.delete(this.#seen.values().next().value ?? '')
    return undefined
  }

  #ahead(from: string, window: number): Received {
    this.modules.onBehind(from, window)
    return { outcome: 'ahead' }
  }
}

function toEvent(from: string, decoded: Extract<Decoded, { type: 'reveal' | 'confirmation' | 'vote' }>): UndatedEvent {
  switch (decoded.type) {
    case 'reveal':
      return { type: 'reveal', from, reveal: decoded.object }
    case 'confirmation':
      return { type: 'confirmation', from, confirmation: decoded.object }
    case 'vote':
      return { type: 'vote', from, vote: decoded.object }
  }
}

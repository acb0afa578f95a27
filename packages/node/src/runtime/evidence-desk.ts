import {
  decodeConfirmation,
  decodeHeader,
  decodeVote,
  type EngineState,
  headOf,
  isNotice,
  proposalHash,
} from '@montana/consensus'
import { bytesEqual, toHex } from '@montana/foundation'
import { decodeEvidence, EVIDENCE_KIND, type EvidenceMessage, encodeEvidence } from '@montana/network'
import type { Store } from '@montana/store'
import type { Authenticator } from './authenticator.js'

export type EvidenceName = keyof typeof EVIDENCE_KIND

/** Two statements of one node that exclude each other. */
interface Pair {
  readonly kind: EvidenceName
  readonly window: number
  readonly nodeId: Uint8Array
  readonly a: SignedPart
  readonly b: SignedPart
}

interface SignedPart {
  readonly nodeId: Uint8Array
  readonly window: number
  readonly scope: Uint8Array
  readonly signature: Uint8Array
  readonly bytes: Uint8Array
}

const CODES: Readonly<Record<EvidenceName, string>> = {
  header: 'EquivocatingProposer',
  vote: 'EquivocatingVoter',
  confirmation: 'ConflictingConfirmation',
}

export interface EvidenceDeskModules {
  readonly store: Store
  readonly authenticator: Authenticator
  state(): EngineState
  /** To every peer that speaks the extension protocol. */
  broadcast(evidence: Uint8Array): void
  /** A proven pair that this node did not know. */
  onNew(pair: { kind: EvidenceName; code: string; window: number; nodeId: Uint8Array }): void
}

/** Keeps pairs for good and passes each on once: spec protocol 10.4, 14.3. */
export class EvidenceDesk {
  readonly #modules: EvidenceDeskModules

  constructor(modules: EvidenceDeskModules) {
    this.#modules = modules
  }

  /** What the engine of this node found. */
  found(kind: EvidenceName, window: number, a: Uint8Array, b: Uint8Array): void {
    if (this.#modules.store.evidence.put(kind, window, a, b)) this.#passOn(kind, a, b)
  }

  /** What a peer sent: definition and both signatures are checked before anything is stored or forwarded. */
  async take(payload: Uint8Array): Promise<string> {
    const { store, onNew } = this.#modules
    const pair = pairOf(decodeEvidence(payload))
    if (!pair) return 'NoEvidence'
    if (!(await this.#isSigned(pair))) return 'InvalidSignature'
    const { kind, window, nodeId, a, b } = pair
    if (!store.evidence.put(kind, window, a.bytes, b.bytes)) return 'duplicate'
    this.#passOn(kind, a.bytes, b.bytes)
    onNew({ kind, code: CODES[kind], window, nodeId })
    return 'accepted'
  }

  async #isSigned({ kind, a, b }: Pair): Promise<boolean> {
    const { authenticator, state } = this.#modules
    const { chain } = state()
    // Keys of members do not change; whoever is in the table now signed with the same key then.
    const check = (part: SignedPart) => {
      const signed = { ...part, window: headOf(state()) + 1 }
      return kind === 'vote'
        ? authenticator.isAuthenticVote(chain, { ...decodeVote(part.bytes), window: signed.window })
        : authenticator.isAuthentic(chain, signed)
    }
    return (await check(a)) && (await check(b))
  }

  #passOn(kind: EvidenceName, a: Uint8Array, b: Uint8Array): void {
    this.#modules.broadcast(encodeEvidence({ kind: EVIDENCE_KIND[kind], a, b }))
  }
}

/** The pair, if it is one by the definitions of spec protocol 10.4. Throws CodecError for what cannot be decoded. */
function pairOf({ kind, a, b }: EvidenceMessage): Pair | undefined {
  if (kind === EVIDENCE_KIND.header) return headerPair(a, b)
  if (kind === EVIDENCE_KIND.vote) return votePair(a, b)
  const [first, second] = [decodeConfirmation(a), decodeConfirmation(b)]
  return bytesEqual(first.endpoint, second.endpoint) ? undefined : paired('confirmation', first, second)
}

function headerPair(a: Uint8Array, b: Uint8Array): Pair | undefined {
  const [first, second] = [decodeHeader(a), decodeHeader(b)]
  if (isNotice(first) || isNotice(second) || !bytesEqual(first.prevProposalHash, second.prevProposalHash))
    return undefined
  if (toHex(proposalHash(first.scope)) === toHex(proposalHash(second.scope))) return undefined
  return paired('header', { ...first, nodeId: first.proposerNodeId }, { ...second, nodeId: second.proposerNodeId })
}

function votePair(a: Uint8Array, b: Uint8Array): Pair | undefined {
  const [first, second] = [decodeVote(a), decodeVote(b)]
  const isSamePlace = first.round === second.round && first.phase === second.phase
  return isSamePlace && !bytesEqual(first.value, second.value) ? paired('vote', first, second) : undefined
}

function paired(kind: EvidenceName, a: SignedPart, b: SignedPart): Pair | undefined {
  const isOneNode = bytesEqual(a.nodeId, b.nodeId) && a.window === b.window
  return isOneNode ? { kind, window: a.window, nodeId: a.nodeId, a, b } : undefined
}

import {
  decodeConfirmation,
  decodeHeader,
  decodeVote,
  type EngineState,
  headOf,
  isNotice,
  memberOf,
  proposalHash,
} from '@montana/consensus'
import { bytesEqual, toHex } from '@montana/foundation'
import { decodeEvidence, EVIDENCE_KIND, type EvidenceMessage, encodeEvidence } from '@montana/network'
import type { Evidence, Store } from '@montana/store'
import type { Authenticator } from './authenticator.js'
import type { DiskGate } from './disk-gate.js'

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
  readonly disk: Pick<DiskGate, 'attempt' | 'isFull'>
  readonly authenticator: Authenticator
  state(): EngineState
  /** To every peer that speaks the extension protocol. */
  broadcast(evidence: Uint8Array): void
  /** Every pair that is kept, whoever found it. */
  onKept?(kind: EvidenceName): void
  /** A proven pair that this node did not know. */
  onNew(pair: { kind: EvidenceName; code: string; window: number; nodeId: Uint8Array }): void
}

/** Whatever speaks of a later window can wait: its node would fill the store with pairs about windows to come. */
const WINDOWS_AHEAD = 2

/**
 * Keeps pairs for good and passes each on once: spec protocol 10.4, 14.3. One pair per kind, window and node is proof
 * enough; a node that signs a hundred votes could make thousands.
 */
export class EvidenceDesk {
  readonly #modules: EvidenceDeskModules
  readonly #known: Set<string>

  constructor(modules: EvidenceDeskModules) {
    this.#modules = modules
    this.#known = new Set(modules.store.evidence.list().flatMap(keyOfStored))
  }

  /** What the engine of this node found. What is no pair by definition would only be held against this node. */
  found(kind: EvidenceName, a: Uint8Array, b: Uint8Array): void {
    const pair = pairOf({ kind: EVIDENCE_KIND[kind], a, b })
    if (pair) this.#keep(pair)
  }

  /** What a peer sent: definition and both signatures are checked before anything is stored or forwarded. */
  async take(payload: Uint8Array): Promise<string> {
    const { state, disk, onNew } = this.#modules
    const pair = pairOf(decodeEvidence(payload))
    if (!pair) return 'NoEvidence'
    if (this.#known.has(keyOf(pair))) return 'duplicate'
    const { kind, window, nodeId } = pair
    const head = headOf(state())
    if (window > head + WINDOWS_AHEAD) return 'ahead'
    // It may be a member by the time that its peer has reached already.
    if (!memberOf(state().chain, nodeId, head + 1)) return 'UnknownNode'
    if (!(await this.#isSigned(pair))) return 'InvalidSignature'
    if (disk.isFull) return 'held'
    let isNew = true
    disk.attempt(() => {
      isNew = this.#keep(pair)
      if (isNew) onNew({ kind, code: CODES[kind], window, nodeId })
    })
    return isNew ? 'accepted' : 'duplicate'
  }

  /** True when this node did not know of it. */
  #keep(pair: Pair): boolean {
    const { kind, window, a, b } = pair
    if (this.#known.has(keyOf(pair))) return false
    const isNew = this.#modules.store.evidence.put(kind, window, a.bytes, b.bytes)
    this.#known.add(keyOf(pair))
    if (!isNew) return false
    this.#modules.onKept?.(kind)
    this.#passOn(kind, a.bytes, b.bytes)
    return true
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

function keyOf({ kind, window, nodeId }: Pick<Pair, 'kind' | 'window' | 'nodeId'>): string {
  return `${kind}:${window}:${toHex(nodeId)}`
}

/** Nothing for a pair that an earlier release stored and that is none by today's definition. */
function keyOfStored({ kind, a, b }: Evidence): string[] {
  const pair = isName(kind) ? pairOf({ kind: EVIDENCE_KIND[kind], a, b }) : undefined
  return pair ? [keyOf(pair)] : []
}

function isName(kind: string): kind is EvidenceName {
  return kind in EVIDENCE_KIND
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

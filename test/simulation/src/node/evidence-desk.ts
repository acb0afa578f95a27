import {
  type ChainState,
  type Confirmation,
  decodeConfirmation,
  decodeHeader,
  decodeVote,
  isNotice,
  proposalHash,
  voteMessage,
} from '@montana/consensus'
import { bytesEqual } from '@montana/foundation'
import type { SignatureScheme } from '../stubs/signatures.js'
import { type Disk, evidenceKey } from './disk.js'
import type { UndatedEvent } from './inbox.js'
import type { EvidencePair } from './packet.js'

export interface EvidenceDeskModules {
  readonly disk: Disk
  readonly scheme: SignatureScheme
  readonly genesisHash: Uint8Array
  chain(): ChainState
  feed(event: UndatedEvent): void
  broadcast(pair: EvidencePair): void
}

interface Part {
  readonly nodeId: Uint8Array
  readonly scope: Uint8Array
  readonly signature: Uint8Array
}

/** Keeps pairs of contradicting statements for good and passes each on once: spec protocol 10.4, 14.3. */
export class EvidenceDesk {
  readonly #modules: EvidenceDeskModules

  constructor(modules: EvidenceDeskModules) {
    this.#modules = modules
  }

  /** What the own engine found; the header of a cemented window is in the store. */
  found(pair: Omit<EvidencePair, 'a'> & { readonly a: Uint8Array | undefined }): void {
    const { disk } = this.#modules
    const a = pair.a ?? disk.commits[pair.window - 1]?.envelope.slice(0, pair.b.length)
    if (a && !bytesEqual(a, pair.b)) this.#keep({ ...pair, a })
  }

  /** What a peer shows: definition and signatures are checked before anything is kept. */
  take(pair: EvidencePair): void {
    const parts = partsOf(pair)
    const isProven = parts?.every((part) => this.#isSigned(pair, part))
    const [first] = parts ?? []
    if (!isProven || !first || !this.#keep(pair) || pair.kind !== 'header') return
    this.#modules.feed({ type: 'disputed', window: pair.window, proposerNodeId: first.nodeId })
  }

  /** Whether it was new. */
  #keep(pair: EvidencePair): boolean {
    const { disk, broadcast } = this.#modules
    if (disk.evidence.has(evidenceKey(pair))) return false
    disk.write({ type: 'evidence', pair })
    broadcast(pair)
    return true
  }

  #isSigned({ kind }: EvidencePair, { nodeId, scope, signature }: Part): boolean {
    const { scheme, genesisHash, chain } = this.#modules
    const member = chain().tables.nodes.get(nodeId)
    const message = kind === 'vote' ? voteMessage(genesisHash, scope) : scope
    return member !== undefined && scheme.verify(signature, message, member.nodePublicKey)
  }
}

function partsOf(pair: EvidencePair): readonly Part[] | undefined {
  try {
    return PARTS[pair.kind](pair.a, pair.b)
  } catch {
    return undefined
  }
}

/** Both statements, if they contradict each other by the definitions of spec protocol 10.4. */
const PARTS: Record<EvidencePair['kind'], (a: Uint8Array, b: Uint8Array) => readonly Part[] | undefined> = {
  header: (a, b) => {
    const headers = [decodeHeader(a), decodeHeader(b)] as const
    const [first, second] = headers
    const isPair =
      first.window === second.window &&
      bytesEqual(first.proposerNodeId, second.proposerNodeId) &&
      bytesEqual(first.prevProposalHash, second.prevProposalHash) &&
      !bytesEqual(proposalHash(first.scope), proposalHash(second.scope)) &&
      !headers.some(isNotice)
    return isPair ? headers.map((header) => ({ ...header, nodeId: header.proposerNodeId })) : undefined
  },
  vote: (a, b) => {
    const [first, second] = [decodeVote(a), decodeVote(b)]
    const isSameSlot = first.window === second.window && first.round === second.round && first.phase === second.phase
    const isPair = isSameSlot && bytesEqual(first.nodeId, second.nodeId) && !bytesEqual(first.value, second.value)
    return isPair ? [first, second] : undefined
  },
  confirmation: (a, b) => {
    const [first, second]: [Confirmation, Confirmation] = [decodeConfirmation(a), decodeConfirmation(b)]
    const isSameSlot = first.window === second.window && bytesEqual(first.nodeId, second.nodeId)
    return isSameSlot && !bytesEqual(first.endpoint, second.endpoint) ? [first, second] : undefined
  },
}

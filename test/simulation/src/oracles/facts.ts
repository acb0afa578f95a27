import {
  type Confirmation,
  type ConsensusContext,
  decodeContext,
  decodeEnvelope,
  type Envelope,
  genesisChainState,
  type WindowCommit,
} from '@montana/consensus'
import { toHex } from '@montana/foundation'
import {
  decodeAccountRecord,
  decodeCandidateRecord,
  decodeNodeRecord,
  type GenesisDocument,
  type LedgerState,
  type NodeRecord,
  type TableChange,
} from '@montana/ledger'
import type { ClockStub } from '../stubs/clock.js'
import type { SignatureScheme } from '../stubs/signatures.js'

/** What stands after a window: the tables as the store would hold them, and the context. */
export interface Standing {
  readonly tables: LedgerState
  readonly context: ConsensusContext
}

/** One cemented window with everything that judging it takes. Nothing here comes from the engine's memory. */
export interface WindowFacts {
  readonly document: GenesisDocument
  readonly window: number
  readonly commit: WindowCommit
  readonly envelope: Envelope
  readonly before: Standing
  readonly after: Standing
  /** participation(w) of the running epoch, in permille, this window's included. */
  readonly participation: readonly number[]
  /** Hashes of control objects that had a quorum of listings in an earlier window, hex. */
  readonly vouched: ReadonlySet<string>
  readonly clock: ClockStub
  readonly signatures: SignatureScheme
  readonly genesisHash: Uint8Array
}

export type FactsModules = Pick<WindowFacts, 'document' | 'clock' | 'signatures' | 'genesisHash'>

/** Turns commits, one after the other from window 1, into facts. */
export class FactsReader {
  readonly #modules: FactsModules
  readonly #vouched = new Set<string>()
  #participation: readonly number[] = []
  #standing: Standing

  constructor(modules: FactsModules) {
    this.#modules = modules
    this.#standing = genesisStanding(modules.document)
  }

  /** S_head. */
  get standing(): Standing {
    return this.#standing
  }

  next(commit: WindowCommit): WindowFacts {
    const before = this.#standing
    const envelope = decodeEnvelope(commit.envelope)
    const weights = weightsOf(before, this.#modules.document)
    const participation = this.#noteParticipation(commit.window, envelope, weights)
    const vouched = new Set(this.#vouched)
    this.#noteVouched(envelope, weights)
    this.#standing = applyCommit(before, commit)
    const { window } = commit
    return { ...this.#modules, window, commit, envelope, before, after: this.#standing, participation, vouched }
  }

  #noteParticipation(window: number, { confirmers }: Envelope, weights: Weights): readonly number[] {
    const isFirstOfEpoch = (window - 1) % this.#modules.document.params.tau2Windows === 0
    const permille = window < 2 ? 1000 : Math.floor((1000 * weigh(weights, confirmers)) / weights.active)
    this.#participation = isFirstOfEpoch ? [permille] : [...this.#participation, permille]
    return this.#participation
  }

  #noteVouched({ evidence }: Envelope, weights: Weights): void {
    for (const hash of new Set(evidence.flatMap(({ opHashes }) => opHashes.map(toHex)))) {
      const listing = evidence.filter(({ opHashes }) => opHashes.some((h) => toHex(h) === hash))
      if (weigh(weights, listing) >= weights.quorum) this.#vouched.add(hash)
    }
  }
}

export function genesisStanding(document: GenesisDocument): Standing {
  const { tables, context } = genesisChainState(document)
  return { tables, context }
}

export function applyCommit(before: Standing, commit: WindowCommit): Standing {
  return { tables: commit.changes.reduce(applyChange, before.tables), context: decodeContext(commit.context) }
}

function applyChange(tables: LedgerState, { table, key, record }: TableChange): LedgerState {
  switch (table) {
    case 'account':
      return {
        ...tables,
        accounts: record ? tables.accounts.set(decodeAccountRecord(record)) : tables.accounts.delete(key),
      }
    case 'node':
      return { ...tables, nodes: record ? tables.nodes.set(decodeNodeRecord(record)) : tables.nodes.delete(key) }
    case 'candidate':
      return {
        ...tables,
        candidates: record ? tables.candidates.set(decodeCandidateRecord(record)) : tables.candidates.delete(key),
      }
  }
}

/** Weights of S_{W−1}, written down once more from spec protocol 8.3. */
export interface Weights {
  readonly active: number
  readonly quorum: number
  of(nodeId: Uint8Array): number
}

export function weightsOf({ tables, context }: Standing, { params }: GenesisDocument): Weights {
  const window = context.window + 1
  const isActive = (node: NodeRecord) => window - node.lastConfirmationWindow <= 2 * params.tau2Windows
  const of = (nodeId: Uint8Array) => {
    const node = tables.nodes.get(nodeId)
    return node && isActive(node) ? node.chainLength : 0
  }
  const active = [...tables.nodes.entries()].reduce((sum, { nodeId }) => sum + of(nodeId), 0)
  const { quorumNum, quorumDen } = params
  return { active, quorum: Math.floor((quorumNum * active + quorumDen - 1) / quorumDen), of }
}

/** Σ weight, each node counted once. */
export function weigh(weights: Weights, signers: readonly Pick<Confirmation, 'nodeId'>[]): number {
  const once = new Map(signers.map(({ nodeId }) => [toHex(nodeId), nodeId]))
  return [...once.values()].reduce((sum, nodeId) => sum + weights.of(nodeId), 0)
}

export function short(bytes: Uint8Array): string {
  return toHex(bytes).slice(0, 8)
}

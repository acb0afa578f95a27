import type { GenesisDocument, LedgerState, MerkleHasher, NodeRecord, ProtocolParams } from '@montana/ledger'
import { activeChainLength, bootstrapNodeId, genesisState, isActive, quorum } from '@montana/ledger'
import { GENESIS_T_R } from '@montana/timechain'
import { MAX_U128, ZERO_HASH } from './constants.js'
import type { ConsensusContext } from './context.js'

/** S_W: the three tables and the context after settling window W. A value; nothing in it ever changes. */
export interface ChainState {
  readonly params: ProtocolParams
  readonly tables: LedgerState
  readonly context: ConsensusContext
}

/** S_0, from the genesis document alone: spec protocol 4.3, 5.4. */
export function genesisChainState(document: GenesisDocument, hasher?: MerkleHasher): ChainState {
  const tables = genesisState(document, hasher)
  return { params: document.params, tables, context: genesisContext(document) }
}

function genesisContext(document: GenesisDocument): ConsensusContext {
  return {
    window: 0,
    proposalHash: ZERO_HASH,
    timechainValue: GENESIS_T_R,
    nextD: Number(document.params.d0),
    epochDs: [0, 0, 0],
    target: MAX_U128,
    revealCount: 0,
    participation: new Map(),
    aggregatePrev2: ZERO_HASH,
    aggregatePrev1: ZERO_HASH,
    bootstrapNodeId: bootstrapNodeId(document),
    evidenceSigners: [],
    pendingControl: [],
    candidates: [],
  }
}

/** What hashes the tables of this state, and with them the lists of the window that follows it. */
export function hasherOf(state: ChainState): MerkleHasher {
  return state.tables.nodes.hasher
}

/** A member of window `window`: in the table, and admitted before it (spec protocol 6.1). */
export function memberOf(state: ChainState, nodeId: Uint8Array, window: number): NodeRecord | undefined {
  const record = state.tables.nodes.get(nodeId)
  return record && record.startWindow < window ? record : undefined
}

/** Quorum arithmetic of one window, with weights of S_{window−1}: spec protocol 8.3. */
export interface WindowWeights {
  readonly active: number
  readonly quorum: number
  of(nodeId: Uint8Array): number
}

/** A state never changes, so its weights are summed once. */
const known = new WeakMap<ChainState, WindowWeights>()

export function windowWeights(state: ChainState): WindowWeights {
  const before = known.get(state)
  if (before) return before
  const weights = sumWeights(state)
  known.set(state, weights)
  return weights
}

function sumWeights(state: ChainState): WindowWeights {
  const window = state.context.window + 1
  const { tau2Windows, quorumNum, quorumDen } = state.params
  const active = activeChainLength(state.tables.nodes.entries(), window, tau2Windows)
  const of = (nodeId: Uint8Array) => {
    const record = state.tables.nodes.get(nodeId)
    return record && isActive(record, window, tau2Windows) ? record.chainLength : 0
  }
  return { active, quorum: quorum(active, quorumNum, quorumDen), of }
}

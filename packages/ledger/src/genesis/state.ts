import { hashWithDomain } from '@montana/codec'
import { accountIdOf, nodeIdOf } from '@montana/crypto'
import { CHECKPOINT_COUNT, HASH_BYTES } from '../constants.js'
import type { MerkleHasher } from '../merkle/hasher.js'
import type { AccountRecord } from '../records/account.js'
import type { NodeRecord } from '../records/node.js'
import { emptyState, type LedgerState, stateRoots } from '../state.js'
import { encodeGenesisDocument, type GenesisDocument, type GenesisOperator } from './document.js'
import { encodeProtocolParams } from './params.js'

/** S_0: both records of every operator, an empty candidate pool: spec protocol 4.3. */
export function genesisState(document: Pick<GenesisDocument, 'operators'>, hasher?: MerkleHasher): LedgerState {
  const { accounts, nodes, candidates } = emptyState(hasher)
  return {
    accounts: document.operators.reduce((table, operator) => table.set(genesisAccount(operator)), accounts),
    nodes: document.operators.reduce((table, operator) => table.set(genesisNode(operator)), nodes),
    candidates,
  }
}

/** Names a network: H("mt-ext-genesis", genesis state root ‖ canonical document): spec protocol 4.2. */
export function genesisHash(document: GenesisDocument): Uint8Array {
  const { stateRoot } = stateRoots(genesisState(document))
  return hashWithDomain('mt-ext-genesis', stateRoot, encodeGenesisDocument(document))
}

/** Shown for comparison with other implementations, read by no rule: spec protocol 4.2. */
export function genesisStateHash(document: Pick<GenesisDocument, 'operators' | 'params'>): Uint8Array {
  const { stateRoot } = stateRoots(genesisState(document))
  return hashWithDomain('mt-genesis', stateRoot, encodeProtocolParams(document.params))
}

/** node_id of operator 0, 32 zero bytes when there is none: spec protocol 4.3. */
export function bootstrapNodeId(document: Pick<GenesisDocument, 'operators'>): Uint8Array {
  const first = document.operators[0]
  return first === undefined ? new Uint8Array(HASH_BYTES) : nodeIdOf(first.nodePublicKey)
}

function genesisAccount(operator: GenesisOperator): AccountRecord {
  const accountId = accountIdOf(operator.suiteId, operator.accountPublicKey)
  return {
    accountId,
    balance: 0n,
    suiteId: operator.suiteId,
    isNodeOperator: true,
    frontierHash: hashWithDomain('mt-genesis', accountId),
    opHeight: 0,
    accountChainLength: 0,
    accountChainLengthSnapshot: 0,
    currentPublicKey: operator.accountPublicKey,
    creationWindow: 0,
    lastOpWindow: 0,
    lastActivationWindow: 0,
  }
}

function genesisNode(operator: GenesisOperator): NodeRecord {
  return {
    nodeId: nodeIdOf(operator.nodePublicKey),
    nodePublicKey: operator.nodePublicKey,
    suiteId: operator.suiteId,
    operatorAccountId: accountIdOf(operator.suiteId, operator.accountPublicKey),
    startWindow: 0,
    chainLength: 1,
    chainLengthSnapshot: 1,
    checkpoints: new Array<number>(CHECKPOINT_COUNT).fill(0),
    lastConfirmationWindow: 0,
  }
}

/** The identifiers that key the tables: spec protocol 2. */
export { accountIdOf, nodeIdOf } from '@montana/crypto'
export { activeChainLength, activeNodeCount, isActive, quorum, quorumU64, weightOf } from './activity.js'
export {
  ACCOUNT_RECORD_BYTES,
  CANDIDATE_RECORD_BYTES,
  CHECKPOINT_COUNT,
  MAX_GENESIS_OPERATORS,
  MAX_PROOF_LEAF_BYTES,
  MAX_PROOF_SIBLINGS,
  NODE_RECORD_BYTES,
  PROTOCOL_PARAMS_BYTES,
  PUBLIC_KEY_BYTES,
  STUB_LEAVES_MAX,
  SUITE_ML_DSA_65,
  TREE_LEVELS,
} from './constants.js'
export { isSettleFault, LedgerError, type LedgerErrorCode } from './errors.js'
export { DEVNET_NETWORK_NAME, type DevnetRules, devnetGenesis } from './genesis/devnet.js'
export {
  type CementingRule,
  decodeGenesisDocument,
  encodeGenesisDocument,
  type GenesisDocument,
  type GenesisOperator,
  type ProposerRule,
  validateGenesisDocument,
} from './genesis/document.js'
export { formatGenesisJson, GENESIS_JSON_FORMAT, parseGenesisJson } from './genesis/json.js'
export {
  decodeProtocolParams,
  devnetParams,
  encodeProtocolParams,
  type ProtocolParams,
  productionParams,
  validateParams,
} from './genesis/params.js'
export { bootstrapNodeId, genesisHash, genesisState, genesisStateHash } from './genesis/state.js'
export {
  type Aligned,
  alignedAt,
  alignedOf,
  ascendInTreeOrder,
  childrenOf,
  compareTreeOrder,
  type KeyRange,
  lastKeyOf,
  prefixOf,
  rangeOf,
  subtreeBounds,
} from './merkle/aligned.js'
export { bitOf, highestDifference } from './merkle/bits.js'
export { emptyHash, hasherOf, type MerkleBackend, type MerkleHasher, nodeCryptoHasher } from './merkle/hasher.js'
export type { LeafSource } from './merkle/lazy.js'
export { hashOfLeaves, type Leaf } from './merkle/leaves.js'
export { type ProvenEntry, proveRecord, verifyInclusionProof } from './merkle/proof.js'
export { MAX_OUTSIDE_NODES, nextKey, proveRange, type RangeClaim, verifyRange } from './merkle/range-proof.js'
export { proveEntries, smtRoot } from './merkle/smt.js'
export { rootOfStubs, type Stub, stubOf, stubsOfLeaves } from './merkle/stub.js'
export { type LeafReader, StubTree, siblingsOf } from './merkle/stub-tree.js'
export { type SubtreeClaim, type SubtreeContent, verifySubtree } from './merkle/subtree-proof.js'
export { applyOperation } from './operations/apply.js'
export {
  applyOperations,
  type JudgedOperation,
  type OperationOutcome,
  type OperationTables,
} from './operations/batch.js'
export {
  type Accounts,
  isActivationCooledDown,
  type OperationFault,
  type OperationTime,
  operationFault,
} from './operations/fault.js'
export {
  type Anchor,
  type ChangeKey,
  decodeOperation,
  encodeOperation,
  type Operation,
  type OperationType,
  operationHash,
  operationScope,
  operationTypeOf,
  type SignedOperation,
  type Transfer,
  type TransferActivation,
} from './operations/operation.js'
export { isKeyless, signingKeyOf } from './operations/signing-key.js'
export { type AccountRecord, accountCodec, decodeAccountRecord, encodeAccountRecord } from './records/account.js'
export {
  type CandidateRecord,
  candidateCodec,
  decodeCandidateRecord,
  encodeCandidateRecord,
} from './records/candidate.js'
export { decodeNodeRecord, encodeNodeRecord, type NodeRecord, nodeCodec } from './records/node.js'
export { checkKey, type RecordCodec } from './records/record-codec.js'
export {
  candidateExpiry,
  type RegistrationOutcome,
  registrationSortKey,
} from './registration/batch.js'
export {
  type AdmissionParams,
  type ControlObject,
  type RegistrationFault,
  registrationFault,
} from './registration/fault.js'
export {
  decodeNodeRegistration,
  type NodeRegistration,
  REGISTRATION_BYTES,
  REGISTRATION_SCOPE_BYTES,
  type RegistrationFields,
  registrationHash,
  registrationScope,
} from './registration/node-registration.js'
export { requiredVdf, selectionSlots } from './registration/pressure.js'
export { selectionSortKey } from './registration/selection.js'
export {
  emissionOf,
  rotateCheckpoints,
  type Settled,
  type SettleInput,
  type SettleParams,
  settleTables,
  supply,
} from './settle.js'
export {
  composeStateRoot,
  decodeState,
  emptyState,
  type LedgerState,
  type StateRecords,
  type StateRoots,
  stateChanges,
  stateRoots,
  type TableChange,
  type TableName,
} from './state.js'
export { type ReleasedStubs, Table } from './table.js'

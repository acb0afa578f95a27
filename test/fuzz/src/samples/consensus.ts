import { type ConsensusContext, confirmationScope, PRECOMMIT } from '@montana/consensus'
import { concatBytes } from '@montana/foundation'
import { bytesOf, SIGNATURE } from './ledger.js'

export { SIGNATURE } from './ledger.js'

const hash = (first: number): Uint8Array => bytesOf(32, first)

export const CONFIRMATION = {
  nodeId: hash(1),
  endpoint: hash(2),
  window: 7,
  opHashes: [hash(3), hash(4)],
  revealHashes: [hash(5)],
}

export const HEADER = {
  prevProposalHash: hash(1),
  window: 7,
  protocolVersion: 1,
  controlRoot: hash(2),
  nodeRoot: hash(3),
  candidateRoot: hash(4),
  accountRoot: hash(5),
  stateRoot: hash(6),
  timechainValue: hash(7),
  includedBundlesRoot: hash(8),
  includedRevealsRoot: hash(9),
  winnerEndpoint: hash(10),
  winnerId: hash(11),
  proposerNodeId: hash(12),
  target: 2n ** 127n,
  fallbackDepth: 0,
}

export const PROPOSE = { window: 7, round: 2, validRound: 1, value: hash(1), proposalHash: hash(2) }
export const REVEAL = { nodeId: hash(1), window: 7, endpoint: hash(2) }
export const VOTE = { nodeId: hash(1), window: 7, round: 1, phase: PRECOMMIT, value: hash(2) }

export const CONTEXT: ConsensusContext = {
  window: 7,
  proposalHash: hash(1),
  timechainValue: hash(2),
  nextD: 2_000_000,
  epochDs: [2_000_000, 0, 0],
  target: 2n ** 127n,
  revealCount: 3,
  participation: new Map([[1000, 7]]),
  aggregatePrev2: hash(3),
  aggregatePrev1: hash(4),
  bootstrapNodeId: hash(5),
  evidenceSigners: [hash(1), hash(2)],
  pendingControl: [{ cementedWindow: 6, hash: hash(6) }],
  candidates: [{ ticket: 5n, nodeId: hash(1) }],
}

/** Of a payload 0x20; the signature is of the right length alone. */
export function confirmationBytes(change: Partial<typeof CONFIRMATION> = {}): Uint8Array {
  return concatBytes(confirmationScope({ ...CONFIRMATION, ...change }), SIGNATURE)
}

import type { FindingCode } from '@montana/consensus'
import type { SyncFinding } from '@montana/sync'

/** What a code of the status document means and what to do, for the operator's guide. */
export interface StatusCode {
  readonly means: string
  readonly action: string
}

type NodeFindingCode = FindingCode | SyncFinding['code'] | 'SnapshotUnsound' | 'ManifestRefused' | 'NodeKeyReplaced'

const CONTRADICTION =
  'read `montana evidence list`: it holds both signed statements; the operators decide whether the key is replaced'
const HALTED = 'stop the node, keep its data directory, run `montana windows verify`, and tell the other operators'

/** Codes of `findings[]`: once each, with the window and where known the peer. */
export const FINDING_CODES: Readonly<Record<NodeFindingCode, StatusCode>> = {
  EquivocatingProposer: { means: 'a member signed two headers of one window', action: CONTRADICTION },
  EquivocatingVoter: { means: 'a member signed two votes of one round', action: CONTRADICTION },
  ConflictingConfirmation: { means: 'a member confirmed two histories of one window', action: CONTRADICTION },
  ForkDetected: { means: 'a quorum stands behind another window than the own one', action: HALTED },
  StateDiverged: { means: 'the same window gives another state here than with a quorum', action: HALTED },
  TimechainDivergence: { means: 'two runs of the own clock contradict a quorum', action: HALTED },
  LocalClockFault: {
    means: 'the own clock computed a wrong value, the second run did not',
    action: 'test the memory and the processor of the host; a host that does it twice should be replaced',
  },
  DraftFailed: {
    means: 'an own draft could not be made',
    action: 'report it with the detail; the next proposer takes over',
  },
  ProofInvalid: {
    means: 'a proof of a clock value does not hold',
    action: 'the peer is dropped by itself; `montana evidence list` counts how often',
  },
  RegistrationRefused: {
    means: 'the registration of this candidate was refused',
    action: 'read the detail; the work is kept, `montana status` shows how far it is',
  },
  JournalBehind: {
    means: 'others show signatures of this node that its journal does not know: the store is an older copy',
    action: 'let it catch up; `montana journal show` says from which window on it signs again',
  },
  PROOF_INVALID: {
    means: 'a peer sent a window, proof, record or manifest of a snapshot that does not hold',
    action: 'it is dropped and others are asked; tell the operator of that peer to run `montana store check`',
  },
  PEER_SLOW: {
    means: 'a peer kept the others waiting at a join',
    action: 'none; look at the link to it if it happens often',
  },
  PEER_REFUSES: {
    means: 'a peer called every piece of its snapshot too large and sent none',
    action: 'none; tell its operator if it happens often',
  },
  TRUST_TABLE_OLD: {
    means: 'a snapshot is believed by members of a window long ago',
    action: 'compare the hash of that window with an operator you trust, and pin it: `--checkpoint W:HASH`',
  },
  SnapshotUnsound: {
    means: 'something stored is not what its header says: a disk has lied, or somebody wrote to the store',
    action: 'stop the node, run `montana store check --repair`, start it; check the disk',
  },
  ManifestRefused: {
    means: 'the file of the manifest was refused, the one in force stays',
    action: 'the detail has the code; `montana manifest verify` says the same of the file',
  },
  NodeKeyReplaced: {
    means: 'the operators replaced the key of a node because it was lost',
    action: 'make sure that they meant to: whoever has the old key is no longer let in',
  },
}

/** Codes of `degraded[]`: as long as it lasts. */
export const DEGRADED_CODES: Readonly<Record<string, StatusCode>> = {
  ForkDetected: { means: 'halted, see above: it signs and applies nothing', action: HALTED },
  StateDiverged: { means: 'halted, see above', action: HALTED },
  TimechainDivergence: { means: 'halted, see above', action: HALTED },
  RESYNC: {
    means: 'the tables of the store did not give the root of its head; the node fetches them anew',
    action: 'wait; `montana status` shows the progress. Check the disk',
  },
  DISK_FULL: {
    means: 'a write waits for space; the node signs and confirms nothing, and serves what it has',
    action: 'free space; it goes on by itself',
  },
  LOG_ENOSPC: { means: 'lines of the log are lost for want of space', action: 'free space where the log lies' },
  LOG_IO: {
    means: 'lines of the log are lost to an error of its file',
    action: 'check owner and file system of `--log-file`',
  },
  PEER_NOT_ALLOWED: {
    means: 'the manifest in force does not name this node, a closed mesh refuses it',
    action: 'send its join request to the operators: `montana manifest add`, then sign and publish',
  },
  SYNC_SOURCES: {
    means: 'for several runs fewer than two sources of a document answered',
    action: 'see `sources` in `/etc/montana/fleet.yaml`; one source alone can withhold a new version',
  },
}

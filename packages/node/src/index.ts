export { type ChainCredits, readCredits } from './chain/credits.js'
export { type EvidenceRow, type IncidentRow, type NodeEvidence, readEvidence } from './chain/evidence.js'
export { type JournalState, liftSilence, readJournalState } from './chain/journal-state.js'
export { initialiseStore } from './chain/restore.js'
export { type CheckOptions, type CheckReport, checkStore } from './check/check.js'
export { loadGenesis, loadManifest } from './genesis-file.js'
export { type NodeEvents, type RunningNode, startNode } from './node.js'
export { type Prepared, prepareNode } from './prepare.js'
export * from './settings.js'
export { type CreateOptions, createSnapshotFile } from './snapshot-file/create.js'
export type { SnapshotInfo, SnapshotReport } from './snapshot-file/info.js'
export type { TrustOptions } from './snapshot-file/prove.js'
export { type RestoreOptions, restoreSnapshotFile } from './snapshot-file/restore.js'
export type { SnapshotProgress } from './snapshot-file/types.js'
export { type ProveOptions, readSnapshotInfo, verifySnapshotFile } from './snapshot-file/verify.js'
export {
  type NodeVerdict,
  type StoresReport,
  type VerifyProgress,
  verifyDataDir,
  type WalkedRow,
} from './verify/index.js'

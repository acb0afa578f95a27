export type { CertificateReader, Certificates } from './certificates.js'
export { inspectStore } from './check/inspect.js'
export { repairStore } from './check/repair.js'
export { type Mend, REPAIR, REPAIR_AND_JOIN, SET_ASIDE, type StoreFault } from './check/types.js'
export { DATABASE_FILE, HEAD_NOTE_FILE, LOCK_FILE, SCHEMA_VERSION } from './constants.js'
export { StoreError, type StoreErrorCode } from './errors.js'
export type { Evidence, EvidenceReader, EvidenceStore } from './evidence.js'
export type { Incident, IncidentCount, IncidentNote, IncidentReader, Incidents } from './incidents.js'
export type { Journal, JournalAppend, JournalEntry, JournalKind, JournalReader } from './journal.js'
export { type DirectoryLock, lockDirectory } from './lock.js'
export type { NoteReader, Notes } from './notes.js'
export type { ObjectReader, Objects } from './objects.js'
export { type OpenStoreOptions, openStore } from './open.js'
export type { ProofReader } from './proofs.js'
export {
  decodeCurrentWindow,
  decodeLastCemented,
  decodeNodeState,
  decodeTimechainFile,
  encodeCurrentWindow,
  encodeLastCemented,
  encodeNodeState,
  encodeTimechainFile,
  joinRecords,
  type NodeStateFile,
  proposalFileName,
  REFERENCE_FILES,
  splitRecords,
  type TimechainFile,
} from './reference-files.js'
export type { MissingKind, MissingPart, RepairReader, Repairs } from './repairs.js'
export { type SealedValue, sealOf } from './seal.js'
export type { Anchor, AnchorReader, Anchors, TableCounts } from './tables/anchors.js'
export type { TableChange } from './tables/head-table.js'
export type { Install } from './tables/install.js'
export type { TableName } from './tables/names.js'
export type { KeyedRecord, Leaf, TableReader } from './tables/reader.js'
export type { StagedPiece, Staging, StagingReader, StagingTarget, StoredPiece } from './tables/staging.js'
export type { KeptStub, StubReader, StubRow, StubTable } from './tables/stubs.js'
export type {
  FrozenState,
  GenesisInit,
  Head,
  HistoryRow,
  ReadStore,
  Store,
  StoredWindow,
  WindowCommit,
  WindowHashes,
} from './types.js'
export type { Work, WorkReader } from './work.js'

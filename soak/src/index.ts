export { devnetOptions } from './config/devnet.js'
export { DURATION_FORMS, parseDuration } from './config/duration.js'
export { loadSoakConfig } from './config/load.js'
export {
  DEFAULT_CONFIG_PATH,
  DEFAULT_INTERVAL_MS,
  DEFAULT_SOAK_PATH,
  MAX_INTERVAL_MS,
  MIN_INTERVAL_MS,
} from './constants.js'
export { digestFiles, type FileDigestOptions } from './digest/digest-files.js'
export { digestJournal, type JournalDigestOptions } from './digest/digest-journal.js'
export {
  type Digest,
  type DigestEntry,
  type DigestUnit,
  digestSchema,
} from './digest/schema.js'
export { TOP_ENTRIES, type TopEntries, topEntries } from './digest/top.js'
export { SoakError, type SoakErrorCode } from './errors.js'
export { loadEvidence } from './evidence/load.js'
export { type Evidence, evidenceId, evidenceSchema, type TestResult } from './evidence/schema.js'
export { type LegacyClock, parseLegacyClock } from './legacy/options.js'
export type { LegacyInputs } from './legacy/report.js'
export { snapshotJsonSchema } from './legacy/snapshot-schema.js'
export { type LegacyVerification, verifyLegacy } from './legacy/verify.js'
export { createReportMetrics, createSoakMetrics } from './metrics.js'
export type { PollerOptions } from './options.js'
export { createPoller, type Poller, type PollerModules } from './poller.js'
export { type LocalProbe, probeLocal } from './probe/local.js'
export type { LocalSource, NodeSource } from './probe/locate.js'
export type { SshTarget } from './probe/ssh/target.js'
export { type ProbeDocument, probeSchema, type UnitFacts } from './probe/unit-schema.js'
export { publishedSchemas } from './published.js'
export { type SoakNode, type SoakRecord, soakRecordJsonSchema, soakRecordSchema } from './record/schema.js'
export * from './render/index.js'
export { createReport } from './report/create.js'
export { loadClaims, loadDigest, loadReport } from './report/inputs/extra.js'
export { isAccounted, isOpenCritical } from './report/open.js'
export type { NamedInput, ReportOptions } from './report/options.js'
export { type Report, reportJsonSchema, reportSchema, type Verdict } from './report/schema.js'
export { type WrittenFile, writeReport } from './report/write.js'
export { type CatalogueEntry, FINDING_CATALOGUE } from './rules/catalogue.js'
export { REMEDIES } from './rules/remedies.js'
export { type Slope, slopeOf } from './rules/slope.js'
export { FINDING_IDS, type FindingId } from './rules/types.js'
export { archiveRun } from './run/archive.js'
export type { Component } from './run/components.js'
export { type RunDeclaration, runDocument } from './run/document.js'
export { type RunPaths, runPaths } from './run/files.js'
export { readRunDocument, type StoredRun } from './run/read.js'
export {
  type Claim,
  claimSchema,
  DRILL_KINDS,
  type DrillEvent,
  type DrillKind,
  drillEventSchema,
  type PlannedDrill,
  plannedDrillSchema,
  type RunDocument,
  runDocumentSchema,
} from './run/schema.js'
export { type RunSettings, timeScaleOf } from './run/settings.js'
export { appendDrillEvent, writeRunDocument } from './run/write.js'
export { type LoadedThresholds, loadThresholds } from './thresholds/load.js'
export type { Thresholds } from './thresholds/schema.js'
export { CAUSES } from './verdict/causes.js'
export type { DefectKind, SoakDefect, SoakNote, SoakWarning } from './verify/defect.js'
export type { SoakLine } from './verify/file-reader.js'
export type { ReadQuality } from './verify/quality.js'
export { type ReadOptions, readSoakRecords, type SoakReader } from './verify/read.js'
export { type Verification, verifySoak } from './verify/verify.js'
export type { WatchOptions, WatchSummary } from './watch.js'

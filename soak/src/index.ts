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
export type { PollerOptions } from './options.js'
export { createPoller, type Poller, type PollerModules } from './poller.js'
export { type LocalProbe, probeLocal } from './probe/local.js'
export type { LocalSource, NodeSource } from './probe/locate.js'
export type { SshTarget } from './probe/ssh/target.js'
export { type ProbeDocument, probeSchema, type UnitFacts } from './probe/unit-schema.js'
export { publishedSchemas } from './published.js'
export { type SoakNode, type SoakRecord, soakRecordJsonSchema, soakRecordSchema } from './record/schema.js'
export type { WatchOptions, WatchSummary } from './watch.js'

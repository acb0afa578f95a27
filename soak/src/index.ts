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
export { SoakError, type SoakErrorCode } from './errors.js'
export type { PollerOptions } from './options.js'
export { createPoller, type Poller, type PollerModules } from './poller.js'
export type { NodeSource } from './probe/locate.js'
export { type SoakNode, type SoakRecord, soakRecordJsonSchema, soakRecordSchema } from './record/schema.js'
export type { DefectKind, SoakDefect, SoakNote, SoakWarning } from './verify/defect.js'
export type { SoakLine } from './verify/file-reader.js'
export type { ReadQuality } from './verify/quality.js'
export { type ReadOptions, readSoakRecords, type SoakReader } from './verify/read.js'
export { type Verification, verifySoak } from './verify/verify.js'
export type { WatchOptions, WatchSummary } from './watch.js'

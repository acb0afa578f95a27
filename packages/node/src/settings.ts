export { type BuildInfo, buildInfo, type RunningBuild, runningBuild } from './build-info.js'
export { Fault, type OptionSpec, type Origin, parseOption } from './config/option.js'
export { type Layers, type Resolved, resolveOptions } from './config/resolve.js'
export {
  type Checkpoint,
  DEFAULT_DATA_DIR,
  DEFAULT_STATUS_PORT,
  START_OPTIONS,
  type StartOptions,
} from './config/start-options.js'
export { DRILLS_ENVIRONMENT, type DrillMessage, parseDrillMessage } from './drill/message.js'
export { OLD_BUILD_ENVIRONMENT } from './drill/old-build.js'
export { IDENTITY_FILE, loadIdentity, saveIdentity } from './identity-file.js'
export { type RunFile, readRunFile } from './run-file.js'
export { DEGRADED_CODES, FINDING_CODES, type StatusCode } from './status/codes.js'
export {
  type CatchUpStatus,
  type NodeStatus,
  type PeerStatus,
  statusSchema,
  type WindowStatus,
} from './status/schema.js'

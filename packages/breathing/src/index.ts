export { type Acknowledged, Breathing } from './breathing.js'
export { type BreathFile, loadBreathFile, type RegistrySource } from './config/load.js'
export * from './constants.js'
export { createBreathing, getBreathing } from './create.js'
export type { LastRun } from './cycle/last-run.js'
export type { Resolution } from './cycle/resolve.js'
export type { BreathStatus, RefStatus } from './cycle/status.js'
export type { UpdateFn } from './cycle/write.js'
export { BreathError, type BreathErrorCode } from './errors.js'
export { type GitOptions, type GitResult, runGit } from './git/run.js'
export type { Loser } from './merge/history.js'
export type { Json, JsonObject } from './merge/json.js'
export type { Stamp } from './merge/stamp.js'
export { type BreathingOptions, breathBoundMs, type ResolvedOptions, resolveOptions } from './options.js'
export type { BreathStats } from './stats.js'
export type {
  BreathAlarm,
  BreathModules,
  BreathPeers,
  BreathRequest,
  BreathSigner,
  BreathVerifier,
} from './types.js'

export { createBackend } from './backend.js'
export type { Engine, EngineJob, JobCallback } from './engine.js'
export type { NativeErrorCode } from './errors.js'
export { createKeepalive, type Keepalive } from './keepalive.js'
export { type LoadedBackend, type LoadOptions, loadBackend } from './loader.js'
export { type NotifySocket, openNotifySocket } from './notify.js'
export { openServiceManager, type ServiceManager } from './service-manager.js'
export type {
  AdvanceInit,
  BackendName,
  ClockInit,
  ClockResult,
  ClockRun,
  HashBackend,
  HashOptions,
  Lanes,
  SubtreeHashes,
  VerifyInit,
} from './types.js'

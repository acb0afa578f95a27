export { heartbeat } from './heartbeat.js'
export {
  type Health,
  type MirrorState,
  type MirrorsState,
  type MirrorView,
  renderMirrors,
  type StateView,
  type SyncState,
} from './render.js'
export { type StateWrite, type WriteStateOptions, writeState } from './state-file.js'

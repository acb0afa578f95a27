export { Mirror } from './mirror.js'
export { githubProvider, type OpenMirrorInit, openMirror } from './open.js'
export type { MirrorParts, Reached } from './parts.js'
export { type RecoverInit, recover } from './recover.js'

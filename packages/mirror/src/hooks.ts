/** What a hook needs, and no more: it is started with each change, so it must not load providers, routes or git. */
export { defaultDataFolder } from './config/data-folder.js'
export { environmentValues } from './config/environment-values.js'
export { loadMirrorConfig } from './config/load.js'
export { type HookOutcome, HookQueue } from './queue/hook-queue.js'
export { HOOKS, type Hook, hookRequests, type LayerOfTarget } from './queue/hooks.js'

export { awaitTickets } from './await-tickets.js'
export { WORKER_TIMING, type WorkerTiming } from './constants.js'
export { type EnqueueInit, enqueue, type Ticket } from './enqueue.js'
export { workerTarget } from './fingerprint.js'
export { type HookOutcome, HookQueue } from './hook-queue.js'
export { HOOKS, type Hook, hookRequests, type LayerOfTarget, requestsOf } from './hooks.js'
export { LAYER_ORDER, layersOf } from './layer-order.js'
export { createWorker } from './worker.js'
export type {
  DrainResult,
  LayerResult,
  MirrorAlert,
  Worker,
  WorkerModules,
  WorkerOptions,
  WorkerTarget,
} from './worker-types.js'

import type { Layer } from '../contracts/config.js'
import type { LayerStatus } from '../contracts/store.js'
import type { RequestKind } from '../store/jobs.js'
import type { MirrorStore } from '../store/mirror-store.js'
import { WORKER_TIMING } from './constants.js'
import type { LayerOfTarget } from './hooks.js'

export interface EnqueueInit {
  readonly kind: RequestKind
  readonly reason: string
  readonly nowMs: number
  /** 0 for a request by hand. */
  readonly debounceMs?: number
}

/** What answers a request: a run that brought `doneSeq` this far. */
export interface Ticket extends LayerOfTarget {
  readonly seq: number
}

/** What a new request changes in words: a failure is shown until it is gone. */
const BECOMES_PENDING: ReadonlySet<LayerStatus> = new Set(['never', 'ok', 'stale', 'off'])

/**
 * Asks for layers of targets, all in one durable step. A second request for what is pending is the same request. Throws
 * MirrorError BUSY or STORE_INVALID, and then has asked for none. Spec repository-mirror 5.
 */
export function enqueue(store: MirrorStore, requests: readonly LayerOfTarget[], init: EnqueueInit): readonly Ticket[] {
  return store.transaction(() => requests.map(({ mirror, layer }) => ask(store, mirror, layer, init)))
}

function ask(store: MirrorStore, mirror: string, layer: Layer, init: EnqueueInit): Ticket {
  const { kind, reason, nowMs } = init
  const debounceMs = init.debounceMs ?? (kind === 'change' ? WORKER_TIMING.debounceMs : 0)
  const before = store.jobs.get(mirror, layer)
  const seq = store.jobs.request({ mirror, layer, kind, reason, dueAtMs: nowMs + debounceMs })
  const after = store.jobs.get(mirror, layer)
  if (after?.state === 'pending' && before?.state !== 'pending') announce(store, { mirror, layer, seq }, init)
  return { mirror, layer, seq }
}

function announce(store: MirrorStore, { mirror, layer, seq }: Ticket, { kind, reason, nowMs }: EnqueueInit): void {
  // The timer's look is no news: the layer is what it was until something is found.
  const isShown = kind !== 'reconcile' && BECOMES_PENDING.has(store.layers.get(mirror, layer).status)
  if (isShown) store.layers.change(mirror, layer, { status: 'pending' })
  store.events.add({ atMs: nowMs, kind: 'job', mirror, layer, data: { state: 'pending', seq, reason } })
}

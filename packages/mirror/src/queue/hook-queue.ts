import { errorCode, errorMessage, type TimeSource } from '@montana/foundation'
import type { MirrorStore } from '../store/mirror-store.js'
import { openMirrorStore } from '../store/open.js'
import { HOOK_BUSY_TIMEOUT_MS } from './constants.js'
import { enqueue } from './enqueue.js'
import type { LayerOfTarget } from './hooks.js'
import { spoolRequest } from './spool.js'

export interface HookOutcome {
  /** `spool`: the worker takes it from there. `lost`: neither could be written; the next reconcile finds the change. */
  readonly where: 'store' | 'spool' | 'lost'
  /** Why not the store; null when it was. */
  readonly error: { readonly code: string; readonly message: string } | null
}

/**
 * How an operation on the primary asks for its propagation: returns within 50 ms and never throws, whatever holds the
 * store. Spec repository-mirror 1.1 and 5.
 */
export class HookQueue {
  readonly #folder: string
  readonly #time: TimeSource
  #store: MirrorStore | undefined

  constructor(folder: string, time: TimeSource) {
    this.#folder = folder
    this.#time = time
  }

  enqueue(requests: readonly LayerOfTarget[], reason: string): HookOutcome {
    const nowMs = this.#time.wallMs()
    try {
      this.#store ??= openMirrorStore(this.#folder, { busyTimeoutMs: HOOK_BUSY_TIMEOUT_MS })
      enqueue(this.#store, requests, { kind: 'change', reason, nowMs })
      return { where: 'store', error: null }
    } catch (error) {
      return this.#spool(requests, reason, nowMs, error)
    }
  }

  close(): void {
    this.#store?.close()
    this.#store = undefined
  }

  #spool(requests: readonly LayerOfTarget[], reason: string, nowMs: number, cause: unknown): HookOutcome {
    try {
      spoolRequest(this.#folder, requests, reason, nowMs)
      return { where: 'spool', error: describe(cause) }
    } catch (error) {
      return { where: 'lost', error: describe(error) }
    }
  }
}

function describe(error: unknown): { code: string; message: string } {
  return { code: errorCode(error), message: errorMessage(error) }
}

import type { TargetConfig } from '../contracts/config.js'
import type { MirrorStore } from '../store/mirror-store.js'
import { layersOf } from './layer-order.js'
import type { WorkerTarget } from './worker-types.js'

/** What the worker needs to know of a target. */
export function workerTarget(store: MirrorStore, target: TargetConfig): WorkerTarget {
  const { name, pushTimeoutMs } = target
  return { name, layers: layersOf(target), pushTimeoutMs, fingerprint: fingerprintOf(store, target) }
}

/** Keyed, because credentials are in it. */
function fingerprintOf(store: MirrorStore, target: TargetConfig): string {
  const secrets = target.type === 'github' ? [...target.secrets] : []
  return store.mac(target.name, JSON.stringify({ ...target, secrets }))
}

import { MontanaError, type RandomSource, silentLogger, systemTime } from '@montana/foundation'
import { onTestFinished } from 'vitest'
import {
  createWorker,
  type DrainResult,
  enqueue,
  type Layer,
  type LayerResult,
  type MirrorAlert,
  openMirrorStore,
  type RequestKind,
  type WorkerModules,
  type WorkerTarget,
  type WorkerTiming,
} from '../../src/index.js'
import { temporaryFolder } from '../folders.js'

/** Short enough to wait for, in the proportions of the real ones. */
export const TIMING: WorkerTiming = {
  ...{ debounceMs: 40, spacingMs: 60, pollMs: 10, leaseMs: 2_000, renewMs: 100, reconcileMs: 3_600_000 },
  ...{ backoffMs: 100, backoffMaxMs: 400, blockedRetryMs: 60_000, stopGraceMs: 300 },
}

const BLOCKED = new Set(['TARGET_AUTH', 'REF_DIVERGED'])
const ALL: readonly Layer[] = ['code', 'workflows', 'secrets', 'variables']
/** Back-off is then exactly its limit. */
const certain: RandomSource = { next: () => 1 }

export interface StandInit {
  readonly targets?: readonly string[]
  readonly layers?: readonly Layer[]
  readonly runLayer?: WorkerModules['runLayer']
  readonly runRoles?: WorkerModules['runRoles']
  readonly timing?: Partial<WorkerTiming>
  readonly folder?: string
}

/** A real store, and a worker whose layers do what the test says. */
export function workerStand(init: StandInit = {}) {
  const { targets = ['a'], layers = ALL, folder = temporaryFolder() } = init
  const store = openMirrorStore(folder)
  const log: string[] = []
  const alerts: MirrorAlert[] = []
  const behaviour = { runLayer: init.runLayer ?? (async (): Promise<LayerResult> => ({ status: 'ok' })) }
  const fingerprint = { value: 'first' }
  const modules: WorkerModules = {
    store,
    runLayer: async (mirror, layer, signal) => {
      log.push(`${mirror}/${layer}`)
      return await behaviour.runLayer(mirror, layer, signal)
    },
    ...(init.runRoles && { runRoles: init.runRoles }),
    classOf: (code) => (BLOCKED.has(code) ? 'blocked' : 'transient'),
    alert: (alert) => void alerts.push(alert),
    ...{ time: systemTime, random: certain, log: silentLogger },
  }
  const workerOf = ({ pushTimeoutMs }: Pick<WorkerTarget, 'pushTimeoutMs'>) => {
    const all = targets.map((name) => ({ name, layers, pushTimeoutMs, fingerprint: fingerprint.value }))
    return createWorker({ targets: all, timing: { ...TIMING, ...init.timing } }, modules)
  }
  const worker = () => workerOf({ pushTimeoutMs: { first: 5_000, later: 5_000 } })
  const stop = new AbortController()
  onTestFinished(() => {
    stop.abort()
    store.close()
  })
  return {
    ...{ store, folder, log, alerts, behaviour, fingerprint, worker, workerOf, stop },
    ask: (mirror: string, layer: Layer, kind: RequestKind = 'manual') =>
      enqueue(store, [{ mirror, layer }], {
        kind,
        reason: 'test',
        nowMs: Date.now(),
        debounceMs: kind === 'change' ? 40 : 0,
      }),
    drain: (): Promise<DrainResult> => worker().drain(stop.signal),
  }
}

export function failing(code: string): () => Promise<LayerResult> {
  return async () => {
    throw new MontanaError(code, `no: ${code}`, { remedy: 'mend it' })
  }
}

export async function until(condition: () => boolean, ms = 15_000): Promise<void> {
  const deadline = performance.now() + ms
  while (!condition()) {
    if (performance.now() > deadline) throw new Error('it did not happen')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

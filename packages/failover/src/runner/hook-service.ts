import { TimeoutError, withTimeout } from '@montana/foundation'
import type { PolicyServices, Tenure } from '../agent/ports.js'
import type { ServiceConfig } from '../config/types.js'
import { FailoverError } from '../errors.js'
import { HealthWatch } from '../health/watch.js'
import { effectsOf } from './environment.js'
import { createService, type ServiceForm } from './service.js'

/** How far an effect reaches: spec three-mirror 9. An idempotent one is unfenced, but harmless when done twice. */
export type EffectClass = 'fenced' | 'commutative' | 'idempotent' | 'unfenced'

export interface TenureContext extends Tenure {
  /** Fires when the tenure ends: what was begun under it has to stop. */
  readonly signal: AbortSignal
  mayAct(effect: EffectClass): boolean
}

type Hook<T> = (context: T) => Promise<void> | void

/** In-process hooks; each is idempotent. The names of the older implementation are accepted too. */
export interface Hooks {
  readonly onBecomeMaster?: Hook<TenureContext>
  readonly on_become_master?: Hook<TenureContext>
  readonly onBecomeStandby?: Hook<{ readonly signal: AbortSignal }>
  readonly on_become_standby?: Hook<{ readonly signal: AbortSignal }>
  readonly prepare?: Hook<{ readonly signal: AbortSignal }>
  readonly quiesce?: Hook<{ readonly signal: AbortSignal }>
}

export type HookService = Pick<ServiceConfig, 'name' | 'promoteTimeoutMs' | 'effects'> &
  Partial<Pick<ServiceConfig, 'health' | 'ready' | 'healthIntervalMs' | 'healthTimeoutMs' | 'healthFailures'>>

const DEFAULTS = {
  health: [],
  ready: [],
  healthIntervalMs: 1_000,
  healthTimeoutMs: 1_000,
  healthFailures: 3,
  progressTimeoutMs: Number.POSITIVE_INFINITY,
  localRestarts: 0,
}

/**
 * A service inside this process. Nothing but the end of the process can end it from outside: no keeper and no second thread
 * covers it, only the watchdog of a unit of its own (spec three-mirror 10.3).
 */
export function createHookRunner(service: HookService, hooks: Hooks): PolicyServices {
  const full = { ...DEFAULTS, ...service }
  return createService(full, hookForm(service, hooks), new HealthWatch(full))
}

function hookForm(service: HookService, hooks: Hooks): ServiceForm {
  const master = hooks.onBecomeMaster ?? hooks.on_become_master
  const standby = hooks.onBecomeStandby ?? hooks.on_become_standby
  let tenure = new AbortController()
  let mayRun = true
  /** The call that is on its way; a second one does not begin beside it. */
  let running: Promise<void> = Promise.resolve()

  const begin = (context: Tenure, signal: AbortSignal): Promise<void> => {
    mayRun = true
    tenure = new AbortController()
    const within = AbortSignal.any([tenure.signal, signal])
    const call = Promise.resolve().then(() => master?.(contextOf(context, service, within)))
    running = call.catch(() => {})
    return call
  }
  const end = (): Promise<void> => {
    tenure.abort()
    // A promotion that succeeds late is undone by the hook that comes after it.
    const call = running.then(() => standby?.({ signal: AbortSignal.timeout(service.promoteTimeoutMs) }))
    running = call.catch(() => {})
    return call
  }
  return {
    start: async (context, signal) => {
      await running
      signal.throwIfAborted()
      await begin(context, signal)
    },
    hasEnded: () => !mayRun,
    stop: async ({ budgetMs }) => {
      await within(budgetMs, service.name, end)
      mayRun = false
    },
    kill: () => tenure.abort(),
    prepare: async (signal) => await hooks.prepare?.({ signal }),
    quiesce: async (signal) => await hooks.quiesce?.({ signal }),
  }
}

async function within(ms: number, name: string, work: () => Promise<void>): Promise<void> {
  try {
    await withTimeout(ms, undefined, work)
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error
    throw new FailoverError('HOOK_FAILED', `the hooks of ${name} have not ended after ${ms} ms`, { cause: error })
  }
}

function contextOf(tenure: Tenure, service: HookService, signal: AbortSignal): TenureContext {
  const allowed = effectsOf(tenure, service)
  const unfenced = (effect: EffectClass) => allowed === 'all' || (allowed === 'idempotent' && effect === 'idempotent')
  const mayAct = (effect: EffectClass) =>
    !signal.aborted && (effect === 'fenced' || effect === 'commutative' || unfenced(effect))
  return { ...tenure, signal, mayAct }
}

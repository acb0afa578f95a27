import { AbortError, errorMessage, sleep } from '@montana/foundation'
import type { Tenure } from '../agent/ports.js'
import type { ServiceConfig } from '../config/types.js'
import { type Epoch, NO_EPOCH } from '../epoch.js'
import { FailoverError } from '../errors.js'
import { montanaEnvironment } from './environment.js'
import type { ServiceForm } from './service.js'

export interface HttpServiceModules {
  readonly group: string
  readonly host: string
  readonly epochFile: string
}

interface Urls {
  readonly start: string
  readonly stop: string
  readonly prepare?: string
}

/** Of every call, also at the sinks: spec three-mirror 9. */
const EPOCH_HEADER = 'montana-epoch'
/** Between two tries of a call that failed. */
const AGAIN_MS = 50
/** Of one try: a stop that hangs must leave time for another within the kill budget. */
const TRY_MS = 200

/**
 * A service that is started and stopped by calls. They are idempotent by contract, and whoever serves them refuses an epoch
 * below the highest it has seen: a call that was given up may still arrive.
 */
export function httpForm(service: ServiceConfig, urls: Urls, modules: HttpServiceModules): ServiceForm {
  let epoch: Epoch = NO_EPOCH
  let mayRun = true
  const stopOnce = (signal: AbortSignal) => post(urls.stop, epoch, {}, signal)
  return {
    start: async (tenure: Tenure, signal) => {
      epoch = tenure.epoch
      mayRun = true
      await post(urls.start, epoch, montanaEnvironment({ ...tenure, ...modules }, service), signal)
    },
    hasEnded: () => !mayRun,
    stop: async ({ budgetMs }) => {
      await until(AbortSignal.timeout(budgetMs), service.name, stopOnce)
      mayRun = false
    },
    kill: () => void stopOnce(AbortSignal.timeout(TRY_MS)).catch(() => {}),
    ...(urls.prepare !== undefined && { prepare: (signal) => post(urls.prepare ?? '', epoch, {}, signal) }),
  }
}

/** Tries until it works. Rejects with HOOK_FAILED and the last reason when `end` fires. */
async function until(end: AbortSignal, name: string, call: (signal: AbortSignal) => Promise<void>): Promise<void> {
  for (let last = 'no answer'; ; ) {
    try {
      return await call(AbortSignal.any([end, AbortSignal.timeout(TRY_MS)]))
    } catch (error) {
      if (!end.aborted) last = errorMessage(error)
      await sleep(AGAIN_MS, end).catch(() => {
        throw new FailoverError('HOOK_FAILED', `service ${name} did not confirm that it stopped: ${last}`)
      })
    }
  }
}

async function post(
  url: string,
  epoch: Epoch,
  body: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<void> {
  const headers = { [EPOCH_HEADER]: String(epoch), 'content-type': 'application/json', connection: 'close' }
  const init = { method: 'POST', headers, body: JSON.stringify(body), signal, redirect: 'manual' } as const
  const response = await fetch(url, init).catch((error: unknown) => {
    if (signal.aborted) throw new AbortError(signal.reason)
    throw new FailoverError('HOOK_FAILED', `${url}: ${errorMessage(error)}`, { cause: error })
  })
  await response.body?.cancel()
  if (!response.ok) throw new FailoverError('HOOK_FAILED', `${url}: HTTP ${response.status}`)
}

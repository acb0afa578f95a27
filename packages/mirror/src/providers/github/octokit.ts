import { Octokit } from '@octokit/core'
import { retry } from '@octokit/plugin-retry'
import { type ThrottlingOptions, throttling } from '@octokit/plugin-throttling'
import type { Transport } from './transport.js'

export const silentLog = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

/** Short failures are bridged here; longer ones are the queue's, which also survives a restart. Spec repository-mirror 5. */
const RETRIES = 2
/** Besides what can only change by an act of somebody: 409 is an answer that callers use, 429 has its own wait. */
const NO_RETRY = [400, 401, 403, 404, 405, 409, 410, 413, 415, 422, 429, 451]
/** A limit that ends this soon is waited for in place, once. */
const LIMIT_WAIT_MAX_S = 2

export interface OctokitOptions {
  readonly baseUrl: string
  readonly transport: Transport
  /** Requests of one target share limits; targets do not. */
  readonly id: string
  /** Milliseconds that count as one second of waiting between tries. */
  readonly retryUnitMs: number
}

const MirrorOctokit = Octokit.plugin(throttling, retry)

/** Without a credential: whoever asks brings the header. */
export function createOctokit({ baseUrl, transport, id, retryUnitMs }: OctokitOptions): Octokit {
  return new MirrorOctokit({
    baseUrl,
    userAgent: 'montana-mirror',
    log: silentLog,
    request: { fetch: transport, redirect: 'manual', log: silentLog },
    retry: { retries: RETRIES, retryAfterBaseValue: retryUnitMs, doNotRetry: NO_RETRY },
    throttle: { id, write: unspacedWrites, onRateLimit: waitShortly, onSecondaryRateLimit: waitShortly },
  })
}

function waitShortly(retryAfterS: number, _options: unknown, _octokit: unknown, retryCount: number): boolean {
  return retryCount === 0 && retryAfterS <= LIMIT_WAIT_MAX_S
}

/** The plugin spaces the starts of writes but lets them overlap: the write lane does both, so its own group only passes on. */
const unspacedWrites = {
  key: () => ({ schedule: (_options: unknown, work: () => Promise<unknown>) => work() }),
} as unknown as NonNullable<ThrottlingOptions['write']>

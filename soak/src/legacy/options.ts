import { UsageError } from '@montana/foundation'
import { DURATION_FORMS, parseDuration } from '../config/duration.js'
import type { Claim, RunDocument } from '../run/schema.js'

/** Times that the user vouches for: the first record's, and the distance of the following ones, ms. */
export interface LegacyClock {
  readonly startMs: number
  readonly intervalMs: number
}

/** What old files do not say and the judge must know. */
export interface LegacyOptions {
  readonly thresholds: RunDocument['thresholds']
  /** Stands in for the beginning of the run where no line tells a time, ms since the epoch. */
  readonly judgedAtMs: number
  readonly clock?: LegacyClock | undefined
  readonly claims?: readonly Claim[] | undefined
  readonly signal?: AbortSignal | undefined
}

/** The flags `--legacy-start` and `--legacy-interval`, of use only together. Throws {@link UsageError}. */
export function parseLegacyClock(start: string | undefined, interval: string | undefined): LegacyClock | undefined {
  if (start === undefined && interval === undefined) return undefined
  if (start === undefined || interval === undefined) throw lonely(start === undefined ? 'start' : 'interval')
  return { startMs: parseStart(start), intervalMs: parseInterval(interval) }
}

function parseStart(text: string): number {
  const ms = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?Z$/.test(text) ? Date.parse(text) : Number.NaN
  if (!Number.isNaN(ms)) return ms
  const remedy = 'use the form 2026-05-21T19:40:02Z'
  throw new UsageError(`--legacy-start '${text}' is not a time in UTC`, { field: 'legacy-start', remedy })
}

function parseInterval(text: string): number {
  const ms = parseDuration(text)
  if (ms !== undefined && ms > 0) return ms
  const remedy = `use ${DURATION_FORMS}`
  throw new UsageError(`--legacy-interval '${text}' is not a duration`, { field: 'legacy-interval', remedy })
}

function lonely(missing: 'start' | 'interval'): UsageError {
  const remedy = 'give --legacy-start and --legacy-interval together, or neither'
  return new UsageError(`--legacy-${missing} is missing`, { field: `legacy-${missing}`, remedy })
}

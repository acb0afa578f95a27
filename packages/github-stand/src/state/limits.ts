import type { StandClock } from '../clock.js'
import {
  ANONYMOUS_PER_HOUR,
  CONCURRENT_MAX,
  CONTENT_PER_HOUR,
  CONTENT_PER_MINUTE,
  HOUR_MS,
  MINUTE_MS,
  POINTS_PER_MINUTE,
  PRIMARY_PER_HOUR,
  READ_POINTS,
  SECONDARY_RETRY_S,
  WRITE_POINTS,
} from '../constants.js'
import { HttpFailure } from '../errors.js'

export interface LimitSettings {
  readonly primaryPerHour: number
  readonly anonymousPerHour: number
  readonly pointsPerMinute: number
  readonly contentPerMinute: number
  readonly contentPerHour: number
  readonly concurrent: number
  /** GitHub uses either; who asks must read the headers. */
  readonly exhaustedStatus: 403 | 429
}

export const DEFAULT_LIMITS: LimitSettings = {
  primaryPerHour: PRIMARY_PER_HOUR,
  anonymousPerHour: ANONYMOUS_PER_HOUR,
  pointsPerMinute: POINTS_PER_MINUTE,
  contentPerMinute: CONTENT_PER_MINUTE,
  contentPerHour: CONTENT_PER_HOUR,
  concurrent: CONCURRENT_MAX,
  exhaustedStatus: 403,
}

export interface LimitView {
  readonly limit: number
  readonly remaining: number
  readonly used: number
  /** Seconds since the epoch. */
  readonly reset: number
}

interface Usage {
  windowStartMs: number
  used: number
  running: number
  /** Of the last hour: when, points, and whether it made content. */
  recent: { atMs: number; points: number; makesContent: boolean }[]
}

const CREATES_CONTENT = new Set(['POST', 'PUT', 'PATCH'])
const SECONDARY_MESSAGE =
  'You have exceeded a secondary rate limit. Please wait a few minutes before you try again. If you reach out to GitHub Support for help, please include the request ID'
const SECONDARY_URL = 'https://docs.github.com/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits'

/** Primary and secondary limits per account (or installation, or anonymous), on the stand's clock. */
export class Limits {
  readonly #clock: StandClock
  readonly #usage = new Map<string, Usage>()
  #settings: LimitSettings

  constructor(clock: StandClock, settings: Partial<LimitSettings> = {}) {
    this.#clock = clock
    this.#settings = { ...DEFAULT_LIMITS, ...settings }
  }

  /** Changes some limits from now on. */
  configure(settings: Partial<LimitSettings>): void {
    this.#settings = { ...this.#settings, ...settings }
  }

  /** Uses up the hour of an account, by its login: the next request finds nothing remaining. */
  exhaust(subject: string): void {
    this.#of(subject).used = this.#limitOf(subject)
  }

  view(subject: string): LimitView {
    const { used, windowStartMs } = this.#of(subject)
    const limit = this.#limitOf(subject)
    return { limit, used, remaining: Math.max(0, limit - used), reset: Math.ceil((windowStartMs + HOUR_MS) / 1000) }
  }

  /** Counts one request, or throws what GitHub answers to one too many; the answer is called when the request has ended. */
  take(subject: string, method: string): () => void {
    const usage = this.#of(subject)
    this.#checkPrimary(subject)
    usage.used += 1
    const makesContent = CREATES_CONTENT.has(method)
    const points = method === 'GET' || method === 'HEAD' ? READ_POINTS : WRITE_POINTS
    this.#checkSecondary(usage, points, makesContent)
    usage.recent.push({ atMs: this.#clock.nowMs(), points, makesContent })
    usage.running += 1
    return () => {
      usage.running -= 1
    }
  }

  #checkPrimary(subject: string): void {
    if (this.view(subject).remaining > 0) return
    throw new HttpFailure(this.#settings.exhaustedStatus, `API rate limit exceeded for ${subject}.`)
  }

  #checkSecondary(usage: Usage, points: number, makesContent: boolean): void {
    const nowMs = this.#clock.nowMs()
    usage.recent = usage.recent.filter(({ atMs }) => nowMs - atMs < HOUR_MS)
    const minute = usage.recent.filter(({ atMs }) => nowMs - atMs < MINUTE_MS)
    const spent = minute.reduce((sum, request) => sum + request.points, points)
    const { pointsPerMinute, contentPerMinute, contentPerHour, concurrent } = this.#settings
    const isOver =
      spent > pointsPerMinute ||
      usage.running >= concurrent ||
      (makesContent && (count(minute) >= contentPerMinute || count(usage.recent) >= contentPerHour))
    if (isOver) throw secondaryFailure()
  }

  #limitOf(subject: string): number {
    return subject === ANONYMOUS ? this.#settings.anonymousPerHour : this.#settings.primaryPerHour
  }

  #of(subject: string): Usage {
    const key = subject.toLowerCase()
    const nowMs = this.#clock.nowMs()
    const usage = this.#usage.get(key) ?? { windowStartMs: nowMs, used: 0, running: 0, recent: [] }
    if (nowMs - usage.windowStartMs >= HOUR_MS) Object.assign(usage, { windowStartMs: nowMs, used: 0 })
    this.#usage.set(key, usage)
    return usage
  }
}

/** The subject of requests without a credential. */
export const ANONYMOUS = '127.0.0.1'

function count(requests: readonly { makesContent: boolean }[]): number {
  return requests.filter(({ makesContent }) => makesContent).length
}

function secondaryFailure(): HttpFailure {
  const headers = { 'retry-after': String(SECONDARY_RETRY_S) }
  return new HttpFailure(403, SECONDARY_MESSAGE, { documentation_url: SECONDARY_URL }, headers)
}

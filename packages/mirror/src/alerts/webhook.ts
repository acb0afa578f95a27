import { errorCode, isAbort, type RandomSource, sleep } from '@montana/foundation'
import type { Transport } from '../providers/github/transport.js'
import type { AlertBody } from './body.js'

export interface WebhookTiming {
  readonly triesMax: number
  readonly backoffMs: number
  readonly backoffMaxMs: number
}

/** A receiver that restarts is back within these; one that is down is told of by the metrics. */
export const WEBHOOK_TIMING: WebhookTiming = { triesMax: 4, backoffMs: 1_000, backoffMaxMs: 15_000 }

export interface Webhook {
  /** Its address alone lets anybody write: it appears in no text. */
  readonly url: string
  /** Bounds each request and its answer, and follows no redirect. */
  readonly transport: Transport
  readonly random: RandomSource
  readonly timing?: Partial<WebhookTiming>
}

export type Delivery =
  | { readonly isTold: true }
  /** `HTTP_404`, `ECONNREFUSED` and the like: never with the address. */
  | { readonly isTold: false; readonly code: string }

/** May be better soon: whatever gave no answer, too. */
const TRANSIENT = new Set([408, 425, 429])

/** Posts until it is taken, refused for good, or tried often enough. Throws AbortError only. */
export async function deliver(webhook: Webhook, body: AlertBody, signal: AbortSignal): Promise<Delivery> {
  const timing = { ...WEBHOOK_TIMING, ...webhook.timing }
  for (let tries = 1; ; tries++) {
    const answer = await post(webhook, body, signal)
    if (answer.status >= 200 && answer.status <= 299) return { isTold: true }
    if (!answer.isTransient || tries >= timing.triesMax) return { isTold: false, code: answer.code }
    await sleep(waitMs(tries, answer.retryAfterMs, webhook.random, timing), signal)
  }
}

interface Answer {
  /** 0: there was none. */
  readonly status: number
  readonly code: string
  readonly isTransient: boolean
  readonly retryAfterMs: number
}

async function post({ url, transport }: Webhook, body: AlertBody, signal: AbortSignal): Promise<Answer> {
  const headers = { 'content-type': 'application/json', 'user-agent': 'montana-mirror' }
  try {
    const { status, headers: told } = await transport(url, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
      signal,
    })
    const isTransient = status >= 500 || TRANSIENT.has(status)
    return { status, code: `HTTP_${status}`, isTransient, retryAfterMs: secondsIn(told.get('retry-after')) * 1_000 }
  } catch (error) {
    if (isAbort(error)) throw error
    return { status: 0, code: errorCode(error), isTransient: true, retryAfterMs: 0 }
  }
}

/** A date is not worth a comparison of clocks: the back-off stands. */
function secondsIn(text: string | null): number {
  return text !== null && /^\d{1,6}$/.test(text) ? Number(text) : 0
}

/** Full jitter, and not before the receiver asked to be tried again; never longer than the limit. */
function waitMs(tries: number, retryAfterMs: number, random: RandomSource, timing: WebhookTiming): number {
  const jitterMs = random.next() * timing.backoffMs * 2 ** (tries - 1)
  return Math.min(timing.backoffMaxMs, Math.max(jitterMs, retryAfterMs))
}

import { readFileSync } from 'node:fs'
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { ConfigError, withTimeout } from '@montana/foundation'
import { MirrorError } from '../../contracts/errors.js'

/** Spec repository-mirror 6.3. */
export const REQUEST_TIMEOUT_MS = 30_000
/** A file of 1 MiB in base64, a page of 100 entries: both stay below. */
const ANSWER_MAX_BYTES = 4 * 2 ** 20
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/
const BODYLESS = new Set([204, 205, 304])

/** The part of `fetch` that the client of the API uses. */
export type Transport = (url: string, init: TransportInit) => Promise<Response>

export interface TransportInit {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly signal?: AbortSignal
}

export interface TransportOptions {
  /** PEM file of the authorities to trust instead of the system's. */
  readonly caFile: string | null
  /** `HTTPS_PROXY`, `NO_PROXY` and their like. */
  readonly proxyEnvironment?: Readonly<Record<string, string | undefined>>
  readonly timeoutMs?: number
}

/** Follows no redirect, keeps no connection, reads no more than it may. Plain http goes to loopback only: a token travels in it. */
export function createTransport(options: TransportOptions): Transport {
  const ca = options.caFile === null ? {} : { ca: readFileSync(options.caFile) }
  const secure = new HttpsAgent({ ...ca, proxyEnv: { ...options.proxyEnvironment } })
  const plain = new HttpAgent()
  return (text, init) => {
    const url = new URL(text)
    if (url.protocol === 'http:') requireLoopback(url)
    const agent = url.protocol === 'https:' ? secure : plain
    const timeoutMs = options.timeoutMs ?? REQUEST_TIMEOUT_MS
    return withTimeout(timeoutMs, init.signal, (signal) => exchange(url, init, { agent, signal }))
  }
}

function requireLoopback(url: URL): void {
  if (LOOPBACK.test(url.hostname)) return
  throw new ConfigError(`plain http to ${url.hostname} would show the credential`, { remedy: 'Use https.' })
}

function exchange(url: URL, init: TransportInit, options: RequestOptions): Promise<Response> {
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest
  const { promise, resolve, reject } = Promise.withResolvers<Response>()
  const outgoing = send(url, { ...options, method: init.method ?? 'GET', headers: lengthened(init) }, (answer) => {
    toResponse(answer).then(resolve, reject)
  })
  outgoing.on('error', reject)
  outgoing.end(init.body)
  return promise
}

function lengthened({ headers, body }: TransportInit): Record<string, string> {
  return { ...headers, 'content-length': String(Buffer.byteLength(body ?? '')) }
}

async function toResponse(answer: IncomingMessage): Promise<Response> {
  const body = await readBounded(answer)
  const status = answer.statusCode ?? 0
  const headers = Object.entries(answer.headers).flatMap(([name, value]): [string, string][] =>
    typeof value === 'string' ? [[name, value]] : [],
  )
  return new Response(BODYLESS.has(status) ? null : body, { status, headers })
}

async function readBounded(answer: IncomingMessage): Promise<Buffer<ArrayBuffer>> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of answer) {
    length += chunk.length
    if (length > ANSWER_MAX_BYTES) throw tooLarge()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function tooLarge(): MirrorError {
  return new MirrorError('TARGET_ANSWER_INVALID', `the answer is longer than ${ANSWER_MAX_BYTES} bytes`)
}

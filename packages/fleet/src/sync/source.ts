import { stat } from 'node:fs/promises'
import { isAbsolute } from 'node:path'
import { ConfigError, errorMessage, TimeoutError } from '@montana/foundation'
import { MAX_DOCUMENT_BYTES } from '../constants.js'
import { FleetError } from '../errors.js'
import { readDocumentFile } from '../registry/read.js'

/** Spec operations 11.2: each source. */
export const SOURCE_TIMEOUT_MS = 5_000
/** Where a node, or `montana manifest serve`, answers with the document of a name. */
export const DOCUMENTS_ROUTE = '/documents/'

/** Somewhere that a document may be had. What it gives is believed only when it is signed. */
export interface DocumentSource {
  /** As configured, for people. */
  readonly text: string
  /** At most a byte more than a document may have. Throws FleetError SOURCE_FAILED, TimeoutError or AbortError. */
  fetch(signal: AbortSignal): Promise<Uint8Array>
}

/**
 * `file:/path` or `/path`; `https://…`, or `http://…` on loopback; `status:URL`, a node's status endpoint or a
 * `montana manifest serve`, asked for the document `name`. Throws ConfigError SOURCE_INVALID.
 */
export function parseSource(text: string, name: string): DocumentSource {
  if (text.startsWith('status:')) return webSource(text, statusUrl(text, name))
  const path = text.startsWith('file:') ? text.slice('file:'.length) : text
  if (isAbsolute(path)) return { text, fetch: (signal) => within(signal, () => readRegularFile(path)) }
  return webSource(text, text)
}

function statusUrl(text: string, name: string): string {
  const base = text.slice('status:'.length)
  return `${base.replace(/\/+$/, '')}${DOCUMENTS_ROUTE}${name}`
}

function webSource(text: string, address: string): DocumentSource {
  const url = URL.parse(address)
  if (!url || !/^https?:$/.test(url.protocol)) throw invalid(text, 'is neither a file nor an address')
  if (url.username || url.password) throw invalid(text, 'has credentials in it')
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) throw invalid(text, 'is plain http beyond this host')
  return { text, fetch: (signal) => within(signal, (deadline) => download(url, deadline)) }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host)
}

/** A pipe or a device would keep a thread for ever. */
async function readRegularFile(path: string): Promise<Uint8Array> {
  const found = await stat(path).catch((cause: unknown) => {
    throw failed(errorMessage(cause), cause)
  })
  if (!found.isFile()) throw failed(`${path} is not a file`)
  return await readDocumentFile(path)
}

async function download(url: URL, signal: AbortSignal): Promise<Uint8Array> {
  const response = await fetch(url, { signal, redirect: 'error', headers: { accept: 'application/json' } }).catch(
    (cause: unknown) => {
      if (signal.aborted) throw cause
      throw failed(causeOf(cause), cause)
    },
  )
  if (response.ok && response.body) return await readLimited(response.body)
  await response.body?.cancel()
  throw failed(`status ${response.status}`)
}

async function readLimited(body: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of body) {
    length += chunk.length
    chunks.push(chunk)
    // The parser refuses it by its length.
    if (length > MAX_DOCUMENT_BYTES) break
  }
  return Buffer.concat(chunks).subarray(0, MAX_DOCUMENT_BYTES + 1)
}

/** The work ends with `signal` or after {@link SOURCE_TIMEOUT_MS}, whichever comes first, whether or not it looks. */
async function within<T>(signal: AbortSignal, work: (deadline: AbortSignal) => Promise<T>): Promise<T> {
  const timeout = AbortSignal.timeout(SOURCE_TIMEOUT_MS)
  const deadline = AbortSignal.any([signal, timeout])
  const ended = Promise.withResolvers<never>()
  const onEnd = () => ended.reject(timeout.aborted ? new TimeoutError(SOURCE_TIMEOUT_MS) : signal.reason)
  if (deadline.aborted) onEnd()
  deadline.addEventListener('abort', onEnd, { once: true })
  try {
    return await Promise.race([work(deadline), ended.promise])
  } finally {
    deadline.removeEventListener('abort', onEnd)
    ended.promise.catch(() => {})
  }
}

/** What `fetch` hides behind its own words. */
function causeOf(error: unknown): string {
  const { cause } = error as { cause?: unknown }
  return errorMessage(cause ?? error)
}

function failed(what: string, cause?: unknown): FleetError {
  return new FleetError('SOURCE_FAILED', what, cause === undefined ? {} : { cause })
}

function invalid(text: string, what: string): ConfigError {
  const remedy = 'use /path, https://…, http://127.0.0.1…, or status:http://127.0.0.1:8446'
  return new ConfigError(`source '${text.slice(0, 200)}' ${what}`, { code: 'SOURCE_INVALID', field: 'sources', remedy })
}

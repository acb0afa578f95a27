import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ConfigError, errorCode, isAbort } from '@montana/foundation'
import type { StatusAddress } from '../config/start-options.js'
import { ReadError } from '../read/errors.js'

export interface StatusSource {
  /** Of the process that answers: a port may be another node's since its run file was read. */
  readonly instance: string
  /** Is the process healthy at all: event loop and clock. */
  isAlive(): boolean
  readiness(): 'synced' | 'catching-up' | 'not-ready'
  status(atWindow: number | undefined): unknown
  metrics(): Promise<string>
  /** A signed document in force, by its name; undefined where there is none. */
  document(name: string): Promise<Uint8Array | undefined>
  /** The read routes, `path` without `/api/`. Throws ReadError, and AbortError when `signal` fires. */
  read(path: string, query: URLSearchParams, signal: AbortSignal): Promise<unknown>
}

const READY_CODES = { synced: 200, 'catching-up': 206, 'not-ready': 503 } as const
const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost'])
/** Plenty for an operator, a scraper and a page; a flood of half-open requests must not hold more. */
const MAX_CONNECTIONS = 64
const REQUEST_TIMEOUT_MS = 5_000
const MAX_HEADER_BYTES = 8_192

/** The read-only loopback routes of a node: spec operations 2. Nothing here changes anything. */
export class StatusServer {
  readonly #server: Server
  readonly #address: StatusAddress

  constructor(address: StatusAddress, source: StatusSource) {
    if (!LOOPBACK.has(address.host)) {
      const remedy = 'use 127.0.0.1 and reach it through a tunnel'
      throw new ConfigError(`statusListen '${address.host}' is not loopback`, { field: 'statusListen', remedy })
    }
    this.#address = address
    const limits = {
      headersTimeout: REQUEST_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
    }
    this.#server = createServer({ ...limits, connectionsCheckingInterval: 1_000 }, (request, response) => {
      answer(source, request, response).catch(() => {
        refuse(response, 500, { code: 'INTERNAL', message: 'internal error', remedy: 'see the log of the node' })
      })
    })
    this.#server.maxConnections = MAX_CONNECTIONS
  }

  /** Resolves to the base URL. A port in use is a ConfigError that names it. */
  start(): Promise<string> {
    const { host, port } = this.#address
    return new Promise((resolve, reject) => {
      this.#server.once('error', (error) => reject(listenError(error, host, port)))
      this.#server.listen({ host, port }, () => {
        const bound = this.#server.address() as AddressInfo
        resolve(`http://${host.includes(':') ? `[${host}]` : host}:${bound.port}`)
      })
    })
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }
}

function listenError(error: unknown, host: string, port: number): unknown {
  const code = errorCode(error)
  if (code !== 'EADDRINUSE' && code !== 'EACCES' && code !== 'EADDRNOTAVAIL') return error
  const reason = { EADDRINUSE: 'is in use', EACCES: 'needs privileges', EADDRNOTAVAIL: 'is not on this host' }[code]
  return new ConfigError(`statusListen ${host}:${port} ${reason}`, {
    field: 'statusListen',
    remedy: 'choose another port with --status-listen HOST:PORT',
    cause: error,
  })
}

async function answer(source: StatusSource, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return refuse(response, 405, { code: 'METHOD', message: 'nothing here changes anything', remedy: 'use GET' })
  }
  if (!isLoopbackName(request.headers.host)) {
    return refuse(response, 403, { code: 'HOST', message: 'asked under a foreign name', remedy: 'use 127.0.0.1' })
  }
  const url = URL.parse(request.url ?? '/', 'http://localhost')
  if (!url) return refuse(response, 400, { code: 'USAGE', message: 'the path is not a URL', remedy: ROUTES })
  switch (url.pathname) {
    case '/healthz':
      return source.isAlive() ? sendText(response, 200, 'ok\n') : sendText(response, 503, 'stuck\n')
    case '/readyz': {
      const state = source.readiness()
      return sendText(response, READY_CODES[state], `${state}\n`)
    }
    case '/status.json':
      return sendStatus(source, url.searchParams.get('window'), response)
    case '/metrics':
      return send(response, 200, 'text/plain; version=0.0.4', await source.metrics())
    default:
      if (url.pathname.startsWith(READ_PREFIX)) return await sendRead(source, url, response)
      return await sendDocument(source, url.pathname, response)
  }
}

const READ_PREFIX = '/api/'
const INSTANCE_HEADER = 'montana-instance'
const ROUTES =
  'ask for /healthz, /readyz, /status.json, /metrics, /api/status, /documents/manifest or /documents/roster'

/** Spec operations 13.2. Nothing is read for somebody who is gone. */
async function sendRead(source: StatusSource, url: URL, response: ServerResponse): Promise<void> {
  const gone = new AbortController()
  const onClose = () => gone.abort()
  response.once('close', onClose)
  try {
    response.setHeader(INSTANCE_HEADER, source.instance)
    const path = url.pathname.slice(READ_PREFIX.length)
    const body = await source.read(path, url.searchParams, gone.signal)
    send(response, 200, 'application/json', `${JSON.stringify(body)}\n`)
  } catch (error) {
    if (isAbort(error) && gone.signal.aborted) return
    if (!(error instanceof ReadError)) throw error
    if (error.status === 503) response.setHeader('retry-after', '1')
    const { code, message, remedy = '', field } = error
    refuse(response, error.status, { code, message, remedy, ...(field !== undefined && { field }) })
  } finally {
    response.off('close', onClose)
  }
}

/** Spec operations 11.2: peers' status endpoints are sources of signed documents. */
async function sendDocument(source: StatusSource, path: string, response: ServerResponse): Promise<void> {
  const [, name] = /^\/documents\/([a-z]{1,32})$/.exec(path) ?? []
  const bytes = name === undefined ? undefined : await source.document(name)
  if (bytes) return send(response, 200, 'application/json', bytes)
  refuse(response, 404, { code: 'NOT_FOUND', message: `no route ${path}`, remedy: ROUTES })
}

/** A page of another site that resolves its own name to loopback sends that name: DNS rebinding. */
function isLoopbackName(host: string | undefined): boolean {
  const name = host?.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1')
  return name === undefined || LOOPBACK.has(name)
}

function sendStatus(source: StatusSource, window: string | null, response: ServerResponse): void {
  if (window !== null && !/^\d{1,15}$/.test(window)) {
    const message = `window '${window.slice(0, 64)}' is not a number`
    return refuse(response, 400, { code: 'USAGE', message, field: 'window', remedy: 'use ?window=W' })
  }
  const body = source.status(window === null ? undefined : Number(window))
  send(response, 200, 'application/json', `${JSON.stringify(body)}\n`)
}

interface Refusal {
  code: string
  message: string
  remedy: string
  field?: string
}

function refuse(response: ServerResponse, status: number, error: Refusal): void {
  send(response, status, 'application/json', `${JSON.stringify({ error })}\n`)
}

function sendText(response: ServerResponse, status: number, text: string): void {
  send(response, status, 'text/plain', text)
}

function send(response: ServerResponse, status: number, type: string, body: string | Uint8Array): void {
  const length = Buffer.byteLength(body)
  response.writeHead(status, { 'content-type': type, 'content-length': length, 'cache-control': 'no-store' })
  response.end(body)
}

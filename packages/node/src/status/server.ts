import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ConfigError, errorCode } from '@montana/foundation'
import type { StatusAddress } from '../config/start-options.js'

export interface StatusSource {
  /** Is the process healthy at all: event loop and clock. */
  isAlive(): boolean
  readiness(): 'synced' | 'catching-up' | 'not-ready'
  status(atWindow: number | undefined): unknown
  metrics(): Promise<string>
}

const READY_CODES = { synced: 200, 'catching-up': 206, 'not-ready': 503 } as const
const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost'])

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
    this.#server = createServer((request, response) => {
      answer(source, request, response).catch(() => send(response, 500, 'text/plain', 'internal error\n'))
    })
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
  const url = new URL(request.url ?? '/', 'http://localhost')
  if (request.method !== 'GET' && request.method !== 'HEAD') return send(response, 405, 'text/plain', 'only GET\n')
  switch (url.pathname) {
    case '/healthz':
      return source.isAlive() ? send(response, 200, 'text/plain', 'ok\n') : send(response, 503, 'text/plain', 'stuck\n')
    case '/readyz': {
      const state = source.readiness()
      return send(response, READY_CODES[state], 'text/plain', `${state}\n`)
    }
    case '/status.json':
      return sendStatus(source, url.searchParams.get('window'), response)
    case '/metrics':
      return send(response, 200, 'text/plain; version=0.0.4', await source.metrics())
    default:
      return send(response, 404, 'text/plain', 'routes: /healthz /readyz /status.json /metrics\n')
  }
}

function sendStatus(source: StatusSource, window: string | null, response: ServerResponse): void {
  if (window !== null && !/^\d{1,15}$/.test(window)) {
    const error = {
      code: 'USAGE',
      message: `window '${window}' is not a number`,
      field: 'window',
      remedy: 'use ?window=W',
    }
    return send(response, 400, 'application/json', `${JSON.stringify({ error })}\n`)
  }
  const body = source.status(window === null ? undefined : Number(window))
  send(response, 200, 'application/json', `${JSON.stringify(body)}\n`)
}

function send(response: ServerResponse, code: number, type: string, body: string): void {
  response.writeHead(code, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
  })
  response.end(body)
}

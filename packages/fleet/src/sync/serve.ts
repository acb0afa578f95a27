import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { ConfigError, errorMessage } from '@montana/foundation'
import { sharedFiles } from '../document-files.js'
import { readDocumentFile } from '../registry/read.js'
import { DOCUMENTS_ROUTE } from './source.js'

const REQUEST_TIMEOUT_MS = 5_000
const MAX_HEADER_BYTES = 8_192
const MAX_CONNECTIONS = 64

export interface DocumentServerOptions {
  readonly host: string
  readonly port: number
  /** What is served, as it stands there at the moment of each request. */
  readonly stateDir: string
  /** `manifest`, `roster`. */
  readonly names: readonly string[]
}

/** Serves the documents in force, which are signed, to whoever asks: `/documents/NAME`. Nothing here changes anything. */
export class DocumentServer {
  readonly #options: DocumentServerOptions
  readonly #server: Server

  constructor(options: DocumentServerOptions) {
    this.#options = options
    const limits = {
      headersTimeout: REQUEST_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
    }
    this.#server = createServer({ ...limits, connectionsCheckingInterval: 1_000 }, (request, response) => {
      this.#answer(request, response).catch(() => refuse(response, 500, 'INTERNAL', 'internal error'))
    })
    this.#server.maxConnections = MAX_CONNECTIONS
  }

  /** Resolves to the base URL. An address that cannot be had is a ConfigError. */
  start(): Promise<string> {
    const { host, port } = this.#options
    return new Promise((resolve, reject) => {
      this.#server.once('error', (error) => {
        const remedy = 'choose another with --listen HOST:PORT'
        reject(
          new ConfigError(`listen ${host}:${port} ${errorMessage(error)}`, { field: 'listen', remedy, cause: error }),
        )
      })
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

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405, 'METHOD', 'use GET')
    const path = URL.parse(request.url ?? '/', 'http://localhost')?.pathname ?? ''
    const { names, stateDir } = this.#options
    const name = names.find((known) => path === `${DOCUMENTS_ROUTE}${known}`)
    if (name === undefined)
      return refuse(response, 404, 'NOT_FOUND', `ask for ${names.map((n) => DOCUMENTS_ROUTE + n).join(', ')}`)
    const bytes = await readDocumentFile(join(stateDir, sharedFiles(name).current)).catch(() => undefined)
    if (bytes === undefined) return refuse(response, 404, 'NOT_FOUND', `there is no ${name} here`)
    send(response, 200, bytes)
  }
}

function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  send(response, status, Buffer.from(`${JSON.stringify({ error: { code, message } })}\n`))
}

function send(response: ServerResponse, status: number, body: Uint8Array): void {
  const headers = { 'content-type': 'application/json', 'content-length': body.length, 'cache-control': 'no-store' }
  response.writeHead(status, headers)
  response.end(body)
}

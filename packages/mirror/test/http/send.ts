import { type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http'
import { requireAsDescribed } from './described.js'
import type { HttpWorld } from './world.js'
import { TOKEN } from './world.js'

export interface Sent {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  readonly json: unknown
}

export interface Asking {
  readonly method?: string
  readonly headers?: OutgoingHttpHeaders
  /** A text is sent as it is. */
  readonly body?: unknown
}

/** Headers of the page's own requests. */
export function ownHeaders(world: HttpWorld): OutgoingHttpHeaders {
  const host = hostOf(world)
  return {
    ...{ host, origin: `http://${host}`, 'sec-fetch-site': 'same-origin' },
    ...{ authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
  }
}

export function hostOf(world: HttpWorld): string {
  return `127.0.0.1:${world.port}`
}

/** One request over the socket, with exactly these headers; its answer is what the route says of itself, or it rejects. */
export function send(world: HttpWorld, path: string, { method = 'GET', headers = {}, body }: Asking): Promise<Sent> {
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
  const { port } = world
  return new Promise((resolve, reject) => {
    const isChunked = text === undefined || headers['transfer-encoding'] !== undefined
    const all = { ...(!isChunked && { 'content-length': Buffer.byteLength(text) }), ...headers }
    const init = { host: '127.0.0.1', port, path, method, headers: all, agent: false }
    const asking = request(init, (answer) => {
      let whole = ''
      answer.setEncoding('utf8').on('data', (chunk) => (whole += chunk))
      answer.on('end', () => {
        const sent = { status: answer.statusCode ?? 0, headers: answer.headers, text: whole, json: parsed(whole) }
        try {
          requireAsDescribed(world, method, path, sent)
          resolve(sent)
        } catch (error) {
          reject(error)
        }
      })
    })
    asking.once('error', reject).end(text)
  })
}

/** As the page asks for a change. */
export function post(world: HttpWorld, path: string, body: unknown, headers: OutgoingHttpHeaders = {}): Promise<Sent> {
  return send(world, path, { method: 'POST', headers: { ...ownHeaders(world), ...headers }, body })
}

export function get(world: HttpWorld, path: string): Promise<Sent> {
  return send(world, path, { headers: { host: hostOf(world) } })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

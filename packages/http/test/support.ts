import { type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http'
import { type FastifyInstance, fastify } from 'fastify'
import { onTestFinished } from 'vitest'
import { errorBody, frameworkStatus, RefusedError } from '../src/errors.js'

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

export interface Server {
  readonly host: string
  /** One request over a connection of its own, with exactly these headers. */
  ask(path: string, init?: { method?: string; headers?: OutgoingHttpHeaders; body?: string }): Promise<Answer>
}

/** A server with these routes, listening; it ends with the test. */
export async function serving(addRoutes: (app: FastifyInstance) => void): Promise<Server> {
  const app = fastify({ forceCloseConnections: true })
  app.setErrorHandler((error, _, reply) => {
    if (error instanceof RefusedError) return reply.code(error.status).send(errorBody(error, 'ask again'))
    return reply.code(frameworkStatus(error) ?? 500).send({ error: { code: 'OTHER' } })
  })
  addRoutes(app)
  const { port } = new URL(await app.listen({ host: '127.0.0.1', port: 0 }))
  onTestFinished(() => app.close())
  return { host: `127.0.0.1:${port}`, ask: (path, init) => send(Number(port), path, init) }
}

function send(
  port: number,
  path: string,
  { method = 'GET', headers = {}, body }: { method?: string; headers?: OutgoingHttpHeaders; body?: string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }
    const all = { ...length, ...headers }
    const asking = request({ host: '127.0.0.1', port, path, method, headers: all, agent: false }, (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (chunk) => (text += chunk))
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }))
      answer.on('error', reject)
    })
    asking.once('error', reject).end(body)
  })
}

import fastify, { type FastifyReply, type FastifyRequest } from 'fastify'
import { onTestFinished } from 'vitest'

export type Script = (request: FastifyRequest, reply: FastifyReply) => unknown

/** A server that answers whatever the test says, for the answers that the stand never gives. */
export async function scriptedApi(script: Script): Promise<{ url: string; requests: FastifyRequest[] }> {
  const server = fastify({ forceCloseConnections: true })
  const requests: FastifyRequest[] = []
  server.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => done(null, body))
  server.all('/*', (request, reply) => {
    requests.push(request)
    return script(request, reply)
  })
  const url = await server.listen({ host: '127.0.0.1', port: 0 })
  onTestFinished(() => server.close())
  return { url, requests }
}

import { chmod, rm } from 'node:fs/promises'
import { ConfigError, errorCode, errorMessage, MontanaError } from '@montana/foundation'
import { type FastifyInstance, fastify } from 'fastify'
import { z } from 'zod'
import { type AgentCommand, agentCommandSchema, type CommandResult } from './command-types.js'
import { addStatusRoutes, type StatusSource } from './http-routes.js'

export interface ControlSource extends StatusSource {
  command(command: AgentCommand): Promise<CommandResult>
  history(limit: number): { readonly history: readonly unknown[]; readonly incidents: readonly unknown[] }
  /** Of the breathing of this host, to another one. */
  peerRequest(host: string, type: 'poke' | 'breathWant', body: unknown): Promise<unknown>
}

const peerRequestForm = z.strictObject({
  host: z.string().max(32),
  type: z.enum(['poke', 'breathWant']),
  body: z.unknown(),
})

const BODY_MAX_BYTES = 64 * 1024
const SOCKET_MODE = 0o660
const HISTORY_DEFAULT = 50
const HISTORY_MAX = 10_000
const KINDS = ['promote', 'step-down', 'pause', 'resume']

/** The unix socket of the agent: what the HTTP endpoint shows, and what changes something. */
export async function startControlServer(path: string, source: ControlSource): Promise<FastifyInstance> {
  const app = fastify({ logger: false, bodyLimit: BODY_MAX_BYTES, forceCloseConnections: true })
  app.setErrorHandler((error, _, reply) => {
    if (error instanceof MontanaError) return reply.code(400).send(error.toJSON())
    return reply.code(500).send(new MontanaError(errorCode(error), errorMessage(error)).toJSON())
  })
  addStatusRoutes(app, source)
  app.get('/history', async (request) => source.history(limitOf(request.query)))
  app.post('/command', async (request, reply) => {
    const parsed = agentCommandSchema.safeParse(request.body)
    if (parsed.success) return await source.command(parsed.data)
    const [issue] = parsed.error.issues
    const field = issue?.path.join('.') || 'kind'
    const error = new MontanaError('USAGE', `command: ${field}: ${issue?.message}`, {
      field,
      remedy: `see montana failover ${kindOf(request.body)} --help`,
    })
    return reply.code(400).send(error.toJSON())
  })
  app.post('/peer-request', async (request) => {
    const { host, type, body } = peerRequestForm.parse(request.body)
    return await source.peerRequest(host, type, body)
  })
  await listen(app, path)
  return app
}

/** A socket that an earlier life left behind is removed: the lock of the agent says that it is nobody's. */
async function listen(app: FastifyInstance, path: string): Promise<void> {
  try {
    await rm(path, { force: true })
    await app.listen({ path })
    await chmod(path, SOCKET_MODE)
  } catch (error) {
    throw new ConfigError(`socket ${path} cannot be opened: ${errorCode(error)}`, {
      field: 'socket',
      remedy: 'name a path of at most 100 characters in a folder that you may write with --socket',
      cause: error,
    })
  }
}

function kindOf(body: unknown): string {
  const { kind } = (body ?? {}) as { kind?: unknown }
  return typeof kind === 'string' && KINDS.includes(kind) ? kind : ''
}

function limitOf(query: unknown): number {
  const { limit } = query as { limit?: unknown }
  const value = typeof limit === 'string' && /^\d{1,5}$/.test(limit) ? Number(limit) : HISTORY_DEFAULT
  return Math.min(Math.max(value, 1), HISTORY_MAX)
}

import type { KeyObject } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { ConfigError, errorCode, MontanaError } from '@montana/foundation'
import { type FastifyInstance, type FastifyReply, fastify } from 'fastify'
import { FailoverError } from '../errors.js'
import { Allowances } from './allowances.js'
import { nonceField, signAnswer } from './answer.js'
import { Board } from './board.js'
import { POST_MAX_BYTES } from './constants.js'
import { limitPerAddress } from './per-address.js'
import { decodePostBody, isSignedBy } from './post.js'
import { rawPostForm } from './post-form.js'
import { Uptime } from './uptime.js'

export interface WitnessServerOptions {
  /** As the registry lists it. */
  readonly name: string
  readonly host: string
  /** 0: any. */
  readonly port: number
}

export interface WitnessServerModules {
  /** ML-DSA-65, of the witness itself. */
  readonly privateKey: KeyObject
  readonly groups: Readonly<Record<string, HostKeys>>
  readonly nowMs: () => number
}

/** Raw public keys of a host of one group; empty: unknown. */
export type HostKeys = (host: string) => readonly Uint8Array[]

export interface WitnessServer {
  readonly port: number
  close(): Promise<void>
}

/** Of one host from one address, so that whoever has no key cannot use up what the host may send. Spec three-mirror 7.3. */
const POSTS_PER_SECOND = 8
/** Of one address: 32 hosts behind it may read twice a second. Each answer is signed, a millisecond or more. */
const READS_PER_SECOND = 64
const REQUEST_TIMEOUT_MS = 5_000
/** Below the whole request's, or Node takes the two for each other; and how often it looks who is late. */
const HEADERS_TIMEOUT_MS = 4_000
const CHECK_EVERY_MS = 1_000
const CONNECTIONS_MAX = 256
/** Of one address, so that whoever holds connections open leaves room for the hosts: 32 hosts behind it, four each. */
const CONNECTIONS_PER_ADDRESS_MAX = 128

/**
 * A dead-drop over HTTP. It can forget, delay and leave out; it can forge nothing. Throws ConfigError (78) for an address
 * that cannot be used.
 */
export async function startWitnessServer(
  options: WitnessServerOptions,
  modules: WitnessServerModules,
): Promise<WitnessServer> {
  const app = createApp(options, modules)
  const { host, port } = options
  await app.listen({ host, port }).catch((error: unknown) => {
    const message = `address ${host}:${port} cannot be used: ${errorCode(error)}`
    throw new ConfigError(message, { field: 'listen', remedy: 'choose another address or port' })
  })
  return { port: (app.server.address() as AddressInfo).port, close: async () => await app.close() }
}

function createApp({ name }: WitnessServerOptions, modules: WitnessServerModules): FastifyInstance {
  const app = fastify({
    logger: false,
    bodyLimit: POST_MAX_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    http: { headersTimeout: HEADERS_TIMEOUT_MS, connectionsCheckingInterval: CHECK_EVERY_MS },
    forceCloseConnections: true,
  })
  app.server.maxConnections = CONNECTIONS_MAX
  limitPerAddress(app.server, CONNECTIONS_PER_ADDRESS_MAX)
  app.setErrorHandler((error, _, reply) => sendError(reply, error))
  app.setNotFoundHandler((_, reply) => refuse(reply, 404, 'NOT_FOUND', 'no such route'))
  const uptime = new Uptime(modules.nowMs)
  app.addHook('onClose', async () => uptime.close())
  const upMs = () => uptime.upMs()
  app.get('/healthz', async () => ({ witness: name, upMs: upMs() }))
  const { groups, privateKey, nowMs } = modules
  const reads = new Allowances(READS_PER_SECOND, nowMs)
  for (const [group, keysOf] of Object.entries(groups)) {
    const posts = new Allowances(POSTS_PER_SECOND, nowMs)
    addGroup(app, { name, group, keysOf, upMs, privateKey, board: new Board(nowMs), posts, reads })
  }
  return app
}

interface GroupRoutes {
  readonly name: string
  readonly group: string
  readonly keysOf: HostKeys
  readonly upMs: () => number
  readonly privateKey: KeyObject
  readonly board: Board
  readonly posts: Allowances
  readonly reads: Allowances
}

function addGroup(app: FastifyInstance, routes: GroupRoutes): void {
  addPosts(app, routes)
  addReads(app, routes)
}

function addPosts(app: FastifyInstance, { group, keysOf, board, posts }: GroupRoutes): void {
  app.post<{ Params: { host: string } }>(`/v1/${group}/posts/:host`, async (request, reply) => {
    const { host } = request.params
    const keys = keysOf(host)
    if (keys.length === 0) return refuse(reply, 403, 'HOST_UNKNOWN', `no host ${host.slice(0, 32)} in this group`)
    if (!posts.admit(`${host} ${request.ip}`)) return refuse(reply, 429, 'RATE', 'at most eight posts a second')
    const raw = rawPostForm.safeParse(request.body)
    if (!raw.success) return refuse(reply, 400, 'POST_INVALID', 'not a post')
    // The form before the signature: what has it is small and flat.
    const written = decodePostBody(raw.data)
    const isTrue = written.host === host && written.group === group && isSignedBy(raw.data, keys)
    if (!isTrue) return refuse(reply, 401, 'SIGNATURE', 'not signed by that host for this group')
    board.put(raw.data)
    return {}
  })
}

function addReads(app: FastifyInstance, { name, group, upMs, privateKey, board, reads }: GroupRoutes): void {
  app.get(`/v1/${group}/posts`, async (request, reply) => {
    const nonce = nonceField.safeParse((request.query as { nonce?: unknown }).nonce)
    if (!nonce.success) return refuse(reply, 400, 'NONCE', 'ask with ?nonce=, 16 to 64 letters and digits')
    if (!reads.admit(request.ip)) return refuse(reply, 429, 'RATE', `at most ${READS_PER_SECOND} reads a second`)
    return signAnswer({ witness: name, group, nonce: nonce.data, upMs: upMs(), posts: board.list() }, privateKey)
  })
}

/** Codes of ours by the status that they are answered with. */
function sendError(reply: FastifyReply, error: unknown): FastifyReply {
  if (error instanceof FailoverError) {
    const { status = 400 } = error.metadata as { status?: number }
    return refuse(reply, status, status === 409 ? 'SEQUENCE_OLD' : error.code, error.message)
  }
  const { statusCode = 500 } = error as { statusCode?: number }
  return refuse(reply, statusCode, statusCode === 413 ? 'POST_TOO_LARGE' : errorCode(error), 'the request is refused')
}

function refuse(reply: FastifyReply, status: number, code: string, message: string): FastifyReply {
  return reply.code(status).send(new MontanaError(code, message).toJSON())
}

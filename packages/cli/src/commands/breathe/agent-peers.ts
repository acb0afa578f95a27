import { chmod, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { BreathPeers, BreathRequest } from '@montana/breathing'
import type { BreathCycle, ControlClient, FailoverStatus } from '@montana/failover'
import { errorCode, errorMessage, sleep } from '@montana/foundation'

type Handler = Parameters<BreathPeers['onRequest']>[0]

/** A piece of a bundle is half a MiB, base64 and what is around it. */
const BODY_MAX_BYTES = 1024 * 1024
const SOCKET_MODE = 0o660
const STATUS_EVERY_MS = 2_000
const ASK_TIMEOUT_MS = 1_000

export interface BreathEnd {
  state(): { readonly head: string | null; readonly lagMs: number }
  /** For people; spec three-mirror 12.5. */
  cycle(): BreathCycle
  noteHead(host: string, head: string): void
}

/** The other hosts, by way of the agent of this one: asks through its socket, and is asked through one of its own. */
export class AgentPeers implements BreathPeers {
  readonly #client: ControlClient
  readonly #socketPath: string
  #handler: Handler = async () => ({})
  #status: FailoverStatus | undefined
  #server: Server | undefined

  constructor(client: ControlClient, socketPath: string) {
    this.#client = client
    this.#socketPath = socketPath
  }

  names(): readonly string[] {
    const hosts = Object.entries(this.#status?.hosts ?? {})
    return hosts.filter(([, { isSelf }]) => !isSelf).map(([host]) => host)
  }

  async request(host: string, type: BreathRequest, body: unknown, signal: AbortSignal): Promise<unknown> {
    return await this.#client.peerRequest(host, type, body, signal)
  }

  onRequest(handler: Handler): void {
    this.#handler = handler
  }

  /** Of the policy that this host acts for; '0': it acts for none. */
  epoch(): string {
    const acting = Object.values(this.#status?.policies ?? {}).filter(({ state }) => state === 'acting')
    return acting[0]?.epoch ?? '0'
  }

  role(): string {
    return this.epoch() === '0' ? 'standby' : 'master'
  }

  /** Listens, and follows the agent until `signal` fires. */
  async serve(end: BreathEnd, signal: AbortSignal): Promise<void> {
    await rm(this.#socketPath, { force: true })
    const server = createServer((request, response) => void answer(request, response, this.#handler, end))
    this.#server = server
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(this.#socketPath, resolve))
    await chmod(this.#socketPath, SOCKET_MODE)
    void this.#follow(signal).catch(() => {})
  }

  async close(): Promise<void> {
    this.#server?.closeAllConnections()
    this.#server?.close()
    await rm(this.#socketPath, { force: true })
  }

  /** Once before anything else; false when no agent answers. */
  async greet(signal: AbortSignal): Promise<boolean> {
    this.#status = await this.#client.status(signal).catch(() => undefined)
    return this.#status !== undefined
  }

  async #follow(signal: AbortSignal): Promise<void> {
    for (;;) {
      await sleep(STATUS_EVERY_MS, signal)
      const limited = AbortSignal.any([signal, AbortSignal.timeout(ASK_TIMEOUT_MS)])
      // An agent that is gone acts for nothing.
      this.#status = await this.#client.status(limited).catch(() => undefined)
    }
  }
}

async function answer(request: IncomingMessage, response: ServerResponse, handler: Handler, end: BreathEnd) {
  const send = (status: number, value: unknown) => {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(value))
  }
  try {
    if (request.url === '/state') return send(200, end.state())
    if (request.url === '/cycle') return send(200, end.cycle())
    const body = (await readBody(request)) as {
      from: string
      type: BreathRequest
      body: unknown
      host: string
      head: string
    }
    if (request.url === '/request') return send(200, await handler(body.from, body.type, body.body))
    if (request.url !== '/note-head') return send(404, {})
    end.noteHead(body.host, body.head)
    send(200, {})
  } catch (error) {
    send(500, { error: { code: errorCode(error), message: errorMessage(error) } })
  }
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > BODY_MAX_BYTES) throw new RangeError(`more than ${BODY_MAX_BYTES} bytes`)
    chunks.push(chunk)
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8'))
}

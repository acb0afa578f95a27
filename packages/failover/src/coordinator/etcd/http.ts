import { Agent, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { FailoverError } from '../../errors.js'
import { ANSWER_BYTES_MAX } from './constants.js'

export interface PostInit {
  readonly signal: AbortSignal
  readonly token?: string | undefined
}

export interface HttpAnswer {
  readonly status: number
  readonly text: string
}

/**
 * One address of the gateway. The client of `node:https` rather than `fetch`: a certificate authority of one's own can be
 * given to `fetch` only by a dispatcher, and that of the runtime is not exported.
 */
export class GatewayEndpoint {
  readonly url: string
  readonly #agent: Agent
  readonly #request: typeof httpRequest

  /** `ca` in PEM replaces the authorities of the system; undefined keeps them. */
  constructor(url: string, ca: string | undefined) {
    this.url = url
    const isTls = new URL(url).protocol === 'https:'
    this.#request = isTls ? httpsRequest : httpRequest
    this.#agent = isTls ? new HttpsAgent({ keepAlive: true, ...(ca !== undefined && { ca }) }) : new Agent(KEPT)
  }

  /** Throws FailoverError ETCD_UNREACHABLE or ETCD_ANSWER_INVALID (too large), or what aborted the signal. */
  async post(path: string, body: unknown, init: PostInit): Promise<HttpAnswer> {
    return await this.#guarded(init.signal, async () => {
      const response = await this.#send(path, body, init)
      return { status: response.statusCode ?? 0, text: await textOf(response) }
    })
  }

  /** The lines of an answer that goes on until the signal fires or the other side ends it; errors as of `post`. */
  async *lines(path: string, body: unknown, init: PostInit): AsyncGenerator<string> {
    const response = await this.#guarded(init.signal, () => this.#send(path, body, init))
    const lines = linesOf(response)
    try {
      for (;;) {
        const { done, value } = await this.#guarded(init.signal, () => lines.next())
        if (done) return
        yield value
      }
    } finally {
      response.destroy()
    }
  }

  close(): void {
    this.#agent.destroy()
  }

  #send(path: string, body: unknown, { signal, token }: PostInit): Promise<IncomingMessage> {
    const text = JSON.stringify(body)
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
      ...(token !== undefined && { authorization: token }),
    }
    const options: RequestOptions = { method: 'POST', agent: this.#agent, headers, signal }
    return new Promise((resolve, reject) => {
      const request = this.#request(new URL(path, this.url), options, resolve)
      request.on('error', reject)
      request.end(text)
    })
  }

  async #guarded<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      if (signal.aborted) throw signal.reason
      if (error instanceof FailoverError) throw error
      throw new FailoverError('ETCD_UNREACHABLE', `${this.url}: ${(error as Error).message}`, { cause: error })
    }
  }
}

const KEPT = { keepAlive: true } as const

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length
    requireSmall(size)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

async function* linesOf(response: IncomingMessage): AsyncGenerator<string, undefined> {
  let rest = Buffer.alloc(0)
  for await (const chunk of response as AsyncIterable<Buffer>) {
    rest = Buffer.concat([rest, chunk])
    for (let end = rest.indexOf(NEWLINE); end >= 0; end = rest.indexOf(NEWLINE)) {
      yield rest.subarray(0, end).toString('utf8')
      rest = rest.subarray(end + 1)
    }
    requireSmall(rest.length)
  }
  return undefined
}

const NEWLINE = 0x0a

/** Throwing inside the loop over a response destroys it. */
function requireSmall(size: number): void {
  if (size <= ANSWER_BYTES_MAX) return
  throw new FailoverError('ETCD_ANSWER_INVALID', `an answer of more than ${ANSWER_BYTES_MAX} bytes`)
}

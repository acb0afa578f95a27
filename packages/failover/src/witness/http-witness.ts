import { randomBytes } from 'node:crypto'
import { type ClientRequest, Agent as HttpAgent, type IncomingMessage, request } from 'node:http'
import { Agent as HttpsAgent, request as requestTls } from 'node:https'
import { importMldsaPublicKey } from '@montana/crypto'
import { errorCode, isAbort, MontanaError } from '@montana/foundation'
import { FailoverError } from '../errors.js'
import { answerForm, isAnswerOf, type WitnessAnswer } from './answer.js'
import { encodePost } from './post.js'
import { PostReader } from './post-reader.js'
import type { HostKeys } from './server.js'
import type { SignedPost, Witness, WitnessRead } from './types.js'

export interface HttpWitnessOptions {
  readonly name: string
  /** Without path: `http://192.0.2.60:9700`. */
  readonly url: string
  readonly group: string
  readonly stalenessMs: number
}

export interface HttpWitnessModules {
  /** The key of the witness as the registry has it now, 1952 bytes; undefined: not listed. */
  readonly witnessKey: () => Uint8Array | undefined
  readonly keysOf: HostKeys
}

/** 64 posts of 16 KiB and what is around them. */
const ANSWER_MAX_BYTES = 2 * 2 ** 20
const NONCE_BYTES = 18

export function createHttpWitness(options: HttpWitnessOptions, modules: HttpWitnessModules): Witness {
  return new HttpWitness(options, modules)
}

class HttpWitness implements Witness {
  readonly name: string
  readonly isSlow = false
  readonly stalenessMs: number
  readonly #options: HttpWitnessOptions
  readonly #modules: HttpWitnessModules
  readonly #agent: HttpAgent | HttpsAgent
  readonly #reader: PostReader

  constructor(options: HttpWitnessOptions, modules: HttpWitnessModules) {
    this.name = options.name
    this.stalenessMs = options.stalenessMs
    this.#options = options
    this.#modules = modules
    const agentOptions = { keepAlive: true, maxSockets: 4 }
    this.#agent = options.url.startsWith('https:') ? new HttpsAgent(agentOptions) : new HttpAgent(agentOptions)
    this.#reader = new PostReader(modules.keysOf)
  }

  async post(post: SignedPost, signal: AbortSignal): Promise<void> {
    const { group } = this.#options
    const body = JSON.stringify(encodePost(post))
    const { status } = await this.#ask('POST', `/v1/${group}/posts/${post.body.host}`, body, signal)
    if (status !== 200) throw refused(this.name, `answered ${status} to a post`)
  }

  async read(signal: AbortSignal): Promise<WitnessRead> {
    const nonce = randomBytes(NONCE_BYTES).toString('base64url')
    const { status, text } = await this.#ask(
      'GET',
      `/v1/${this.#options.group}/posts?nonce=${nonce}`,
      undefined,
      signal,
    )
    if (status !== 200) throw refused(this.name, `answered ${status}`)
    const answer = this.#check(text, nonce)
    const posts = answer.posts.flatMap(({ ageMs, post }) => {
      const body = this.#reader.read(post)
      return body && body.group === this.#options.group ? [{ host: body.host, ageMs, body }] : []
    })
    return { upMs: answer.upMs, posts }
  }

  async close(): Promise<void> {
    this.#agent.destroy()
  }

  #check(text: string, nonce: string): WitnessAnswer {
    const parsed = answerForm.safeParse(parseJson(text))
    const key = this.#modules.witnessKey()
    if (!parsed.success) throw refused(this.name, 'answered something else than posts')
    if (!key) throw refused(this.name, 'is not in the registry')
    const { data } = parsed
    const isFresh = data.nonce === nonce && data.witness === this.name && data.group === this.#options.group
    if (isFresh && isAnswerOf(data, importMldsaPublicKey(key))) return data
    throw refused(this.name, 'gave an answer that is not its own to this question')
  }

  async #ask(method: string, path: string, body: string | undefined, signal: AbortSignal): Promise<HttpAnswer> {
    try {
      return await exchange(new URL(path, this.#options.url), { method, agent: this.#agent, signal }, body)
    } catch (error) {
      if (isAbort(error) || error instanceof MontanaError) throw error
      throw new FailoverError('WITNESS_UNREACHABLE', `witness ${this.name} does not answer: ${errorCode(error)}`, {
        cause: error,
      })
    }
  }
}

interface HttpAnswer {
  readonly status: number
  readonly text: string
}

interface ExchangeInit {
  readonly method: string
  readonly agent: HttpAgent | HttpsAgent
  readonly signal: AbortSignal
}

function exchange(url: URL, init: ExchangeInit, body: string | undefined): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { 'content-type': 'application/json' }
    const start = url.protocol === 'https:' ? requestTls : request
    const asked = start(url, { ...init, headers }, (response) => collect(asked, response).then(resolve, reject))
    asked.on('error', reject)
    asked.end(body)
  })
}

async function collect(asked: ClientRequest, response: IncomingMessage): Promise<HttpAnswer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > ANSWER_MAX_BYTES) {
      asked.destroy()
      throw new FailoverError('WITNESS_REFUSED', `a witness answered more than ${ANSWER_MAX_BYTES} bytes`)
    }
    chunks.push(chunk)
  }
  return { status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function refused(name: string, what: string): FailoverError {
  return new FailoverError('WITNESS_REFUSED', `witness ${name} ${what}`)
}

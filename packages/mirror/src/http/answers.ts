import { createHash } from 'node:crypto'
import { invalid } from '@montana/http'
import type { MirrorStore } from '../store/mirror-store.js'
import { HttpError } from './errors.js'
import { Remembered } from './remembered.js'

export interface Answer {
  readonly status: 200 | 202
  readonly body: unknown
}

interface Kept extends Answer {
  /** Digest of the key, so that no key of a client is written down. */
  readonly id: string
  /** Of path and body. */
  readonly request: string
}

const KEY = /^[\x21-\x7e]{1,128}$/

/** `Idempotency-Key`: what was answered once is answered again and not done again. Refusals are not kept. */
export class Answers {
  readonly #kept: Remembered<Kept>
  readonly #running = new Set<string>()

  constructor(store: MirrorStore) {
    this.#kept = new Remembered(store, 'http-answers')
  }

  /** Throws {@link HttpError} 422 for a key that named another request, 409 while the first one runs. */
  async once(key: string | undefined, request: string, work: () => Promise<Answer>): Promise<Answer> {
    if (key === undefined) return await work()
    if (!KEY.test(key)) throw invalid('Idempotency-Key', 'the key is not 1 to 128 printable characters')
    const id = digest(key)
    const known = this.#kept.get(id)
    if (known) return repeated(known, digest(request))
    if (this.#running.has(id)) throw stillRuns()
    this.#running.add(id)
    try {
      const answer = await work()
      this.#kept.put({ id, request: digest(request), ...answer })
      return answer
    } finally {
      this.#running.delete(id)
    }
  }
}

function repeated({ status, body, request }: Kept, again: string): Answer {
  if (request === again) return { status, body }
  const remedy = 'make a key of its own for each request'
  throw new HttpError(422, 'KEY_REUSED', 'the key named another request', { field: 'Idempotency-Key', remedy })
}

function stillRuns(): HttpError {
  return new HttpError(409, 'BUSY', 'the first request with this key runs', { remedy: 'ask again in a while' })
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

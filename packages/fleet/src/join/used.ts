import { readFile } from 'node:fs/promises'
import { errorCode, errorMessage, writeFileDurably } from '@montana/foundation'
import { z } from 'zod'
import { FleetError } from '../errors.js'
import { hexField, timeField } from '../fields.js'
import { type JoinRequestDocument, NONCE_BYTES } from './form.js'

const usedForm = z.strictObject({
  schema: z.literal('montana.join-used/1'),
  used: z.array(z.strictObject({ nonce: hexField(NONCE_BYTES), not_after: timeField })),
})

/** Requests that were added already, in a file beside the manifest, until they are over by themselves. */
export class UsedRequests {
  readonly #path: string
  readonly #nonces: Map<string, string>

  private constructor(path: string, nonces: Map<string, string>) {
    this.#path = path
    this.#nonces = nonces
  }

  /** Throws FleetError JOIN_INVALID for a file of another form: without it a request could be used again. */
  static async open(path: string, nowMs: number): Promise<UsedRequests> {
    const used = (await read(path)).filter(({ not_after }) => Date.parse(not_after) > nowMs)
    return new UsedRequests(path, new Map(used.map(({ nonce, not_after }) => [nonce, not_after])))
  }

  /** Throws JOIN_REPLAYED. */
  check({ nonce }: JoinRequestDocument): void {
    if (!this.#nonces.has(nonce)) return
    const remedy = 'let the node write a new request with montana join'
    throw new FleetError('JOIN_REPLAYED', 'this request was added before', { field: 'nonce', remedy })
  }

  async add({ nonce, not_after }: JoinRequestDocument): Promise<void> {
    this.#nonces.set(nonce, not_after)
    const used = [...this.#nonces].map(([nonce, not_after]) => ({ nonce, not_after }))
    await writeFileDurably(this.#path, `${JSON.stringify({ schema: 'montana.join-used/1', used }, null, 2)}\n`)
  }
}

async function read(path: string): Promise<z.infer<typeof usedForm>['used']> {
  try {
    return usedForm.parse(JSON.parse(await readFile(path, 'utf8'))).used
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return []
    const remedy = 'restore the file from its backup'
    throw new FleetError('JOIN_INVALID', `the list of used requests ${path}: ${errorMessage(cause)}`, { remedy, cause })
  }
}

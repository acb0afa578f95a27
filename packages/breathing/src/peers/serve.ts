import { createHash } from 'node:crypto'
import { CHUNK_BYTES } from '../constants.js'
import { OWN_PREFIX, type Repository } from '../git/repository.js'
import { makeBundle } from './bundle.js'
import { type BreathChunk, wantSchema } from './wire.js'

interface Made {
  readonly head: string
  readonly have: string | null
  readonly bytes: Buffer
  readonly digest: string
}

/** Bundles kept while they are being fetched; as many as there are other hosts in a group of five. */
const KEPT = 4
const NO_DIGEST = '0'.repeat(64)

/** Answers `breathWant` of other hosts out of the own ref. It needs no lock: a ref is always a whole state. */
export class BundleServer {
  readonly #repository: Repository
  readonly #node: string
  #made: Made[] = []

  constructor(repository: Repository, node: string) {
    this.#repository = repository
    this.#node = node
  }

  async answer(body: unknown): Promise<BreathChunk> {
    const { have, offset } = wantSchema.parse(body)
    const head = (await this.#repository.refs()).get(OWN_PREFIX + this.#node) ?? null
    // In the middle of a transfer the bundle that was begun goes on, though the head may have moved.
    const begun = offset === 0 ? undefined : this.#made.find((made) => made.have === have)
    if (begun === undefined && (head === null || head === have)) return { head, total: 0, digest: NO_DIGEST, data: '' }
    const { bytes, digest, ...made } = begun ?? (await this.#make(head ?? '', have))
    const data = bytes.subarray(offset, offset + CHUNK_BYTES).toString('base64')
    return { head: made.head, total: bytes.length, digest, data }
  }

  async #make(head: string, have: string | null): Promise<Made> {
    const known = this.#made.find((made) => made.head === head && made.have === have)
    if (known) return known
    const bytes = await makeBundle(this.#repository, this.#node, have)
    const made = { head, have, bytes, digest: createHash('sha256').update(bytes).digest('hex') }
    this.#made = [made, ...this.#made.filter((other) => other.have !== have)].slice(0, KEPT)
    return made
  }
}

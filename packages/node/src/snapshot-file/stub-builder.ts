import {
  type Aligned,
  alignedAt,
  type MerkleHasher,
  prefixOf,
  STUB_LEAVES_MAX,
  type Stub,
  stubsOfLeaves,
} from '@montana/ledger'

const KEY_BYTES = 32
/** Leaves for which a subtree is planned: half of the most. */
const STUB_LEAVES = STUB_LEAVES_MAX / 2

/** Makes the stubs of a table of `count` records from its leaves in tree order, a subtree at a time. */
export class StubBuilder {
  readonly #hasher: MerkleHasher
  readonly #depth: number
  readonly #stubs: Stub[] = []
  #prefix = 0
  #leaves: { key: Uint8Array; hash: Uint8Array }[] = []

  constructor(count: number, hasher: MerkleHasher) {
    this.#hasher = hasher
    this.#depth = Math.max(0, Math.ceil(Math.log2(count / STUB_LEAVES)))
  }

  /** n × 32 bytes each, behind all that were added before. */
  add(keys: Uint8Array, hashes: Uint8Array): void {
    for (let at = 0; at < keys.length; at += KEY_BYTES) {
      const key = keys.slice(at, at + KEY_BYTES)
      this.#closeUntil(prefixOf(key, this.#depth))
      this.#leaves.push({ key, hash: hashes.slice(at, at + KEY_BYTES) })
    }
  }

  /** They tile the key space. */
  finish(): readonly Stub[] {
    this.#closeUntil(2 ** this.#depth)
    return this.#stubs
  }

  #closeUntil(prefix: number): void {
    for (; this.#prefix < prefix; this.#prefix++) {
      const { depth, lo }: Aligned = alignedAt(this.#depth, this.#prefix)
      this.#stubs.push(...stubsOfLeaves(depth, lo, this.#leaves, STUB_LEAVES_MAX, this.#hasher))
      this.#leaves = []
    }
  }
}

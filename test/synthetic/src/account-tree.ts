import { compareBytes, concatBytes } from '@montana/foundation'
import { bitOf, emptyHash, TREE_LEVELS } from '@montana/ledger'
import type { HashBackend } from '@montana/native'

/** Leaves of one subtree. A subtree in which an operator's account lies keeps its leaves, because those change. */
interface Group {
  hash: Uint8Array
  leaves: Leaf[] | undefined
}

export interface Leaf {
  /** 32 bytes. */
  readonly key: Uint8Array
  /** H("mt-merkle-leaf", record). */
  readonly hash: Uint8Array
}

const LEAVES_PER_GROUP = 256

/**
 * The root of an account table that is too large for memory and in which only a few known accounts ever change. The tree
 * is cut into aligned subtrees of one depth; all but those of the known accounts are reduced to their hash at once.
 */
export class AccountTree {
  readonly #backend: HashBackend
  readonly #depth: number
  readonly #groups: Group[]

  /** `leaves` in tree order, without those of the `changing` keys. */
  constructor(backend: HashBackend, count: number, leaves: Iterable<Leaf>, changing: readonly Uint8Array[]) {
    this.#backend = backend
    this.#depth = Math.max(0, Math.ceil(Math.log2(count / LEAVES_PER_GROUP)))
    const kept = new Set(changing.map((key) => this.#prefixOf(key)))
    this.#groups = this.#build(leaves, kept)
  }

  /** The root with these leaves in place of what the changing keys had before, 32 bytes. */
  rootWith(changed: readonly Leaf[]): Uint8Array {
    const hashes = this.#groups.map(({ hash, leaves }, prefix) => {
      if (!leaves) return hash
      const own = changed.filter(({ key }) => this.#prefixOf(key) === prefix)
      return this.#hash([...leaves, ...own].sort(inTreeOrder))
    })
    return this.#fold(hashes)
  }

  #build(leaves: Iterable<Leaf>, kept: ReadonlySet<number>): Group[] {
    const groups = Array.from({ length: 2 ** this.#depth }, (_, prefix): Group => {
      return { hash: emptyHash(TREE_LEVELS - this.#depth), leaves: kept.has(prefix) ? [] : undefined }
    })
    let current: Leaf[] = []
    let prefix = 0
    const close = () => {
      const group = groups[prefix]
      if (group && current.length > 0) group.hash = this.#hash(current)
      if (group?.leaves) group.leaves = current
      current = []
    }
    for (const leaf of leaves) {
      const own = this.#prefixOf(leaf.key)
      if (own !== prefix) close()
      prefix = own
      current.push(leaf)
    }
    close()
    return groups
  }

  #hash(leaves: readonly Leaf[]): Uint8Array {
    const height = TREE_LEVELS - this.#depth
    if (leaves.length === 0) return emptyHash(height)
    const keys = concatBytes(...leaves.map(({ key }) => key))
    return this.#backend.merkleSubtree(keys, concatBytes(...leaves.map(({ hash }) => hash)), height)
  }

  #fold(hashes: readonly Uint8Array[]): Uint8Array {
    let level = hashes
    while (level.length > 1) {
      const lefts = concatBytes(...level.filter((_, index) => index % 2 === 0))
      const parents = this.#backend.merkleNodes(lefts, concatBytes(...level.filter((_, index) => index % 2 === 1)))
      level = Array.from({ length: level.length / 2 }, (_, index) => parents.subarray(32 * index, 32 * index + 32))
    }
    return Uint8Array.from(level[0] ?? emptyHash(TREE_LEVELS))
  }

  /** The first branch decisions below the root, the first of them as the most significant bit. */
  #prefixOf(key: Uint8Array): number {
    let prefix = 0
    for (let i = 0; i < this.#depth; i++) prefix = 2 * prefix + bitOf(key, TREE_LEVELS - 1 - i)
    return prefix
  }
}

function inTreeOrder(a: Leaf, b: Leaf): number {
  return compareBytes(a.key.toReversed(), b.key.toReversed())
}

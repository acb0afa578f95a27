import {
  ACCOUNT_RECORD_BYTES,
  alignedAt,
  compareTreeOrder,
  hasherOf,
  highestDifference,
  type Leaf,
  type MerkleHasher,
  prefixOf,
  rootOfStubs,
  STUB_LEAVES_MAX,
  type Stub,
  stubOf,
  TREE_LEVELS,
} from '@montana/ledger'
import type { HashBackend } from '@montana/native'
import type { AccountSource } from './account-source.js'

const KEY_BYTES = 32
/** Leaves for which a subtree is planned, one stub each. */
const LEAVES_PER_GROUP = STUB_LEAVES_MAX
/** Groups that are hashed beside each other and beside the making of the next: both cores, and two waiting. */
const GROUPS_IN_FLIGHT = 4

/** Synthetic accounts below one aligned subtree. */
export interface Group {
  readonly prefix: number
  /** Where it begins in the order of all accounts. */
  readonly from: number
  readonly count: number
}

interface TreeInit {
  readonly backend: HashBackend
  readonly source: AccountSource
  /** Numbers of the accounts in tree order. */
  readonly order: Uint32Array
  /** Keys of the accounts that are not synthetic. */
  readonly operators: readonly Uint8Array[]
  readonly onStep?: ((step: string, done: number, of: number) => void) | undefined
}

/**
 * The tree over a table of synthetic accounts and a few others that change. It is cut into aligned subtrees of one depth;
 * of those without an operator's account only the hash is kept, and 32 bytes of every account.
 */
export class AccountTree {
  readonly depth: number
  /** One per prefix, in tree order. */
  readonly groups: Group[] = []
  /** n × 32 bytes in tree order: leaf hashes of the synthetic accounts. */
  readonly leaves: Uint8Array
  readonly #hasher: MerkleHasher
  readonly #stubs: Stub[] = []
  /** Leaves of the groups in which an operator's account lies. */
  readonly #open = new Map<number, Leaf[]>()

  private constructor({ backend, order, operators }: TreeInit) {
    this.depth = Math.max(0, Math.ceil(Math.log2(order.length / LEAVES_PER_GROUP)))
    this.leaves = new Uint8Array(order.length * KEY_BYTES)
    this.#hasher = hasherOf(backend)
    for (const key of operators) this.#open.set(prefixOf(key, this.depth), [])
    for (let prefix = 0; prefix < 2 ** this.depth; prefix++) {
      const { depth, lo } = alignedAt(this.depth, prefix)
      this.#stubs.push(stubOf(depth, lo, [], this.#hasher))
      this.groups.push({ prefix, from: 0, count: 0 })
    }
  }

  static async build(init: TreeInit): Promise<AccountTree> {
    const tree = new AccountTree(init)
    const running = new Set<Promise<void>>()
    for (const { group, records } of tree.#cut(init)) {
      while (running.size >= GROUPS_IN_FLIGHT) await Promise.race(running)
      const job = tree.#hashGroup(init.backend, group, records).finally(() => running.delete(job))
      running.add(job)
      init.onStep?.('hashing', group.from + group.count, init.order.length)
    }
    await Promise.all(running)
    return tree
  }

  /** The stubs of the whole table with these leaves of the operators' accounts. */
  stubsWith(operators: readonly Leaf[]): readonly Stub[] {
    return this.#stubs.map((stub, prefix) => {
      const leaves = this.#open.get(prefix)
      if (!leaves) return stub
      const own = operators.filter(({ key }) => prefixOf(key, this.depth) === prefix)
      const all = [...leaves, ...own].sort((a, b) => compareTreeOrder(a.key, b.key))
      return stubOf(this.depth, stub.lo, all, this.#hasher)
    })
  }

  /** 32 bytes. */
  rootWith(operators: readonly Leaf[]): Uint8Array {
    return rootOfStubs(this.stubsWith(operators), this.#hasher)
  }

  /** The records of each group, made one after the other. */
  *#cut({ source, order }: TreeInit): Generator<{ group: Group; records: Uint8Array[] }> {
    let group: Group = { prefix: 0, from: 0, count: 0 }
    let records: Uint8Array[] = []
    for (const [at, index] of order.entries()) {
      const record = source.record(index)
      const prefix = prefixOf(record, this.depth)
      if (prefix !== group.prefix && records.length > 0) yield { group: { ...group, count: records.length }, records }
      if (prefix !== group.prefix) [group, records] = [{ prefix, from: at, count: 0 }, []]
      records.push(record)
    }
    if (records.length > 0) yield { group: { ...group, count: records.length }, records }
  }

  async #hashGroup(backend: HashBackend, group: Group, records: readonly Uint8Array[]): Promise<void> {
    const { prefix, from } = group
    const { lo } = alignedAt(this.depth, prefix)
    const keys = Buffer.concat(records.map((record) => record.subarray(0, KEY_BYTES)))
    const joined = Buffer.concat(records)
    const level = TREE_LEVELS - this.depth
    const { root: hash, leaves } = await backend.hashSubtree(keys, joined, ACCOUNT_RECORD_BYTES, level)
    this.groups[prefix] = group
    this.leaves.set(leaves, from * KEY_BYTES)
    const [first, last] = [keys.subarray(0, KEY_BYTES), keys.subarray(-KEY_BYTES)]
    const height = highestDifference(first, last) + 1
    this.#stubs[prefix] = { depth: this.depth, lo, count: records.length, hash, key: Uint8Array.from(first), height }
    this.#open.get(prefix)?.push(...records.map((_, i) => leafAt(keys, leaves, i)))
  }
}

function leafAt(keys: Uint8Array, leaves: Uint8Array, index: number): Leaf {
  const [from, to] = [index * KEY_BYTES, (index + 1) * KEY_BYTES]
  return { key: keys.slice(from, to), hash: leaves.slice(from, to) }
}

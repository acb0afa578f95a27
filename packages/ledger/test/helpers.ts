import { readFileSync } from 'node:fs'
import { fromHex, seededRandom, toHex } from '@montana/foundation'
import type { AccountRecord, GenesisOperator, MerkleHasher, NodeRecord } from '../src/index.js'
import { nodeCryptoHasher } from '../src/index.js'

export const hex = toHex

export function bytes(text: string): Uint8Array {
  const parsed = fromHex(text)
  if (parsed === undefined) throw new Error(`not hex: ${text}`)
  return parsed
}

export const repeat = (byte: number, length: number) => new Uint8Array(length).fill(byte)

export function account(id: Uint8Array, over: Partial<AccountRecord> = {}): AccountRecord {
  return {
    accountId: id,
    balance: 0n,
    suiteId: 1,
    isNodeOperator: true,
    frontierHash: repeat(0, 32),
    opHeight: 0,
    accountChainLength: 0,
    accountChainLengthSnapshot: 0,
    currentPublicKey: repeat(0, 1952),
    creationWindow: 0,
    lastOpWindow: 0,
    lastActivationWindow: 0,
    ...over,
  }
}

export function node(id: Uint8Array, over: Partial<NodeRecord> = {}): NodeRecord {
  return {
    nodeId: id,
    nodePublicKey: repeat(1, 1952),
    suiteId: 1,
    operatorAccountId: id,
    startWindow: 0,
    chainLength: 1,
    chainLengthSnapshot: 1,
    checkpoints: [0, 0, 0, 0, 0, 0],
    lastConfirmationWindow: 0,
    ...over,
  }
}

/** Keys from a seed, so that a failure can be run again. */
export function randomKeys(count: number, seed = 1): Uint8Array[] {
  const random = seededRandom(seed)
  return Array.from({ length: count }, () => Uint8Array.from({ length: 32 }, () => Math.floor(random.next() * 256)))
}

/** Public keys of the four devnet labels, derived once from the entropies of spec protocol 4.5. */
export function devnetOperators(): Pick<GenesisOperator, 'label' | 'nodePublicKey' | 'accountPublicKey'>[] {
  const path = new URL('./fixtures/devnet-operators.json', import.meta.url)
  const list = JSON.parse(readFileSync(path, 'utf8')) as { label: string; node: string; account: string }[]
  return list.map(({ label, node, account }) => ({
    label,
    nodePublicKey: bytes(node),
    accountPublicKey: bytes(account),
  }))
}

export interface CountingHasher extends MerkleHasher {
  hashes: number
}

export function countingHasher(): CountingHasher {
  const counting: CountingHasher = {
    hashes: 0,
    leaf: (record) => {
      counting.hashes++
      return nodeCryptoHasher.leaf(record)
    },
    node: (left, right) => {
      counting.hashes++
      return nodeCryptoHasher.node(left, right)
    },
    fold: (key, hash, from, to) => {
      counting.hashes += to - from
      return nodeCryptoHasher.fold(key, hash, from, to)
    },
  }
  return counting
}

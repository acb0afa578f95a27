import { readFileSync } from 'node:fs'
import { fromHex, seededRandom, toHex } from '@montana/foundation'
import {
  type AccountRecord,
  type CandidateRecord,
  type ControlObject,
  decodeNodeRegistration,
  devnetParams,
  type GenesisOperator,
  type MerkleHasher,
  type NodeRecord,
  nodeCryptoHasher,
  nodeIdOf,
  type RegistrationFields,
  registrationScope,
  type SettleInput,
} from '../src/index.js'

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

/** A candidate whose key is `byte`, repeated. */
export function candidate(byte: number, over: Partial<CandidateRecord> = {}): CandidateRecord {
  const nodePublicKey = repeat(byte, 1952)
  return {
    nodeId: nodeIdOf(nodePublicKey),
    nodePublicKey,
    suiteId: 1,
    operatorAccountId: repeat(byte, 32),
    proofEndpoint: repeat(0, 32),
    wStart: 0,
    vdfChainLength: 6,
    registrationWindow: 6,
    expires: 1_000,
    ...over,
  }
}

/** A registration of the key and operator `byte`, repeated, with its verdict. */
export function control(byte: number, over: Partial<RegistrationFields> = {}, isSignatureValid = true): ControlObject {
  const scope = registrationScope({
    suiteId: 1,
    nodePublicKey: repeat(byte, 1952),
    operatorAccountId: repeat(byte, 32),
    proofEndpoint: repeat(byte, 32),
    wStart: 1n,
    vdfChainLength: 6n,
    ...over,
  })
  const bytes = new Uint8Array(scope.length + 3309)
  bytes.set(scope)
  return { registration: decodeNodeRegistration(bytes), isSignatureValid }
}

/** Window 1 of a network with devnet parameters, won by node 1 and confirmed by nobody. */
export function settleInput(over: Partial<SettleInput> = {}): SettleInput {
  return {
    window: 1,
    params: devnetParams,
    winnerId: repeat(1, 32),
    confirmers: [],
    control: [],
    timechainValue: repeat(0x11, 32),
    aggregate: repeat(0x22, 32),
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

import { sha256 } from '@montana/codec'
import { describe, expect, it } from 'vitest'
import {
  accountIdOf,
  candidateCodec,
  checkKey,
  decodeAccountRecord,
  decodeCandidateRecord,
  decodeNodeRecord,
  encodeAccountRecord,
  encodeCandidateRecord,
  encodeNodeRecord,
  nodeCryptoHasher,
  nodeIdOf,
  smtRoot,
  Table,
} from '../src/index.js'
import { account, hex, node, repeat } from './helpers.js'

const accountRecord = account(repeat(0xaa, 32), {
  balance: 1_000_000_000_000n,
  isNodeOperator: false,
  frontierHash: repeat(0xbb, 32),
  opHeight: 5,
  accountChainLength: 10,
  accountChainLengthSnapshot: 9,
  currentPublicKey: repeat(0xcc, 1952),
  creationWindow: 100,
  lastOpWindow: 200,
})
const nodeRecord = node(repeat(0x11, 32), {
  nodePublicKey: repeat(0x22, 1952),
  operatorAccountId: repeat(0x33, 32),
  startWindow: 50,
  chainLength: 100,
  chainLengthSnapshot: 80,
  checkpoints: [10, 20, 30, 40, 50, 60],
  lastConfirmationWindow: 150,
})
const candidateRecord = {
  nodeId: repeat(0x44, 32),
  nodePublicKey: repeat(0x55, 1952),
  suiteId: 1,
  operatorAccountId: repeat(0x66, 32),
  proofEndpoint: repeat(0x77, 32),
  wStart: 10,
  vdfChainLength: 20_160,
  registrationWindow: 30_000,
  expires: 90_480,
}

describe('records', () => {
  it('an account record has the pinned bytes and leaf', () => {
    const encoded = encodeAccountRecord(accountRecord)
    expect(hex(sha256(encoded))).toBe('02bca3940de13c35a23075e72eabe28461f4102124eb7d75153151d7233a05c2')
    expect(hex(nodeCryptoHasher.leaf(encoded))).toBe('f5b10bec1e0af719c2b1efe882f48095841ceac66c9c40387ea1fd8c282c886a')
    expect(decodeAccountRecord(encoded)).toEqual(accountRecord)
  })

  it('a node record has the pinned bytes and single-entry root', () => {
    const encoded = encodeNodeRecord(nodeRecord)
    expect(hex(sha256(encoded))).toBe('314afa1612c4c171de141fb72a384cdfc332dac89212cd30279ffd0f46846249')
    expect(hex(smtRoot([[nodeRecord.nodeId, encoded]]))).toBe(
      '8b0e75bcc65612eb41bd43970aef6e9afed13679bec4bfc316ec697baeb853d3',
    )
    expect(decodeNodeRecord(encoded)).toEqual(nodeRecord)
  })

  it('a candidate record has the pinned bytes and single-entry root', () => {
    const encoded = encodeCandidateRecord(candidateRecord)
    expect(hex(sha256(encoded))).toBe('e6926c6b89f34bda2daf918e25891beafb33eed55a6423b7326fb333688257af')
    expect(hex(Table.fromRecords(candidateCodec, [candidateRecord]).root())).toBe(
      '8c4996b1881e84656eeaffc180ecf5a00ba233fe9e2487fe1b36f4dab76d1580',
    )
    expect(decodeCandidateRecord(encoded)).toEqual(candidateRecord)
  })

  it('a decoder refuses a byte more, a byte less, a bad boolean and an integer that no number holds', () => {
    const encoded = encodeAccountRecord(accountRecord)
    expect(() => decodeAccountRecord(encoded.subarray(1))).toThrow(expect.objectContaining({ code: 'BadLength' }))
    const longer = new Uint8Array(2099)
    expect(() => decodeNodeRecord(longer)).toThrow(expect.objectContaining({ code: 'BadLength' }))
    encoded[50] = 2
    expect(() => decodeAccountRecord(encoded)).toThrow(expect.objectContaining({ code: 'BadBoolByte' }))
    const node = encodeNodeRecord(nodeRecord)
    node.fill(0xff, 2026, 2034)
    expect(() => decodeNodeRecord(node)).toThrow(expect.objectContaining({ code: 'IntegerTooLarge' }))
  })

  it('a decoded record does not share memory with its input', () => {
    const encoded = encodeNodeRecord(nodeRecord)
    const decoded = decodeNodeRecord(encoded)
    encoded.fill(0)
    expect(decoded).toEqual(nodeRecord)
  })

  it('a record stored under another key is refused', () => {
    const encoded = encodeNodeRecord(nodeRecord)
    expect(() => checkKey(repeat(0x11, 32), encoded)).not.toThrow()
    expect(() => checkKey(repeat(0x12, 32), encoded)).toThrow(expect.objectContaining({ code: 'BadValue' }))
  })

  it('identifiers hash the suite for accounts and the bare key for nodes', () => {
    expect(hex(accountIdOf(1, repeat(0xab, 1952)))).toBe(
      'f780ce1cbc0abf656ab46e8bd9b399ee95310c62a908366ad06503e9d87bf57c',
    )
    expect(hex(nodeIdOf(repeat(0xcd, 1952)))).toBe('0121cb2bba55b18f0759b771249a1bd78e5fe3c6a2f097ad164b7ea30956b52c')
  })
})

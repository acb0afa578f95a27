import { describe, expect, it } from 'vitest'
import {
  accountCodec,
  activeChainLength,
  candidateCodec,
  decodeState,
  emptyState,
  isActive,
  nodeCodec,
  quorum,
  quorumU64,
  stateChanges,
  stateRoots,
  Table,
  weightOf,
} from '../src/index.js'
import { account, hex, node, repeat } from './helpers.js'

function composedState() {
  const accounts = [1, 2, 3].map((s) =>
    account(repeat(s, 32), {
      balance: 1_000_000_000_000n + BigInt(s) * 1_000_000n,
      isNodeOperator: s === 1,
      frontierHash: repeat(s, 32),
      opHeight: 7 * s,
      accountChainLength: 11 * s,
      accountChainLengthSnapshot: 11 * s,
      currentPublicKey: repeat(s, 1952),
      creationWindow: 100 * s,
      lastOpWindow: 100 * s + 5,
      lastActivationWindow: 100 * s,
    }),
  )
  const nodes = [1, 2].map((s) =>
    node(repeat(s ^ 0x80, 32), {
      nodePublicKey: repeat(s ^ 0x80, 1952),
      operatorAccountId: repeat(s, 32),
      startWindow: 50 * s,
      chainLength: 200 * s,
      chainLengthSnapshot: 200 * s,
      checkpoints: new Array<number>(6).fill(200 * s),
      lastConfirmationWindow: 200 * s + 10,
    }),
  )
  const candidate = {
    nodeId: repeat(0xc7, 32),
    nodePublicKey: repeat(0xc7, 1952),
    suiteId: 1,
    operatorAccountId: repeat(3, 32),
    proofEndpoint: repeat(7, 32),
    wStart: 210,
    vdfChainLength: 7000,
    registrationWindow: 210,
    expires: 60_690,
  }
  return {
    accounts: Table.fromRecords(accountCodec, accounts),
    nodes: Table.fromRecords(nodeCodec, nodes),
    candidates: Table.fromRecords(candidateCodec, [candidate]),
  }
}

describe('state root', () => {
  it('is composed of the three tables', () => {
    const roots = stateRoots(composedState())
    expect(hex(roots.accountRoot)).toBe('29635606b944dbb84286b26c58252adcef14877144d69ddaacf0d29010be590d')
    expect(hex(roots.nodeRoot)).toBe('65801e1fdc3e83222cb38a895cd904c94daa4267c5b3e03f31ffc1b50a063fec')
    expect(hex(roots.candidateRoot)).toBe('b2520fcc1deb899e374e3144cb6c2ec33f5224f13e424bda46ab1a413b538404')
    expect(hex(roots.stateRoot)).toBe('39ac6783bc55b096f1322723aa842ba38b9849167d6a382db6b7854f47c2999d')
  })

  it('of empty tables is the pinned one', () => {
    expect(hex(stateRoots(emptyState()).stateRoot)).toBe(
      'c77979147c7bf5e5c06624fbf25914b74175fd69a26f9ec6620774f791f977a0',
    )
  })

  it('survives the way to a store and back', () => {
    const state = composedState()
    const changes = stateChanges(emptyState(), state)
    const of = (table: string) => changes.flatMap((each) => (each.table === table && each.record ? [each.record] : []))
    const again = decodeState({ accounts: of('account'), nodes: of('node'), candidates: of('candidate') })
    expect(stateRoots(again)).toEqual(stateRoots(state))
  })

  it('a removed record is listed with null', () => {
    const state = composedState()
    const after = { ...state, candidates: state.candidates.delete(repeat(0xc7, 32)) }
    expect(stateChanges(state, after)).toEqual([{ table: 'candidate', key: repeat(0xc7, 32), record: null }])
  })
})

describe('activity and quorum', () => {
  it.each([
    [100, 100, true],
    [100, 40_420, true],
    [100, 40_421, false],
    [0, 0, true],
    [500, 100, true],
  ])('last confirmed at %i, at window %i: active %s', (lastConfirmationWindow, window, expected) => {
    expect(isActive({ lastConfirmationWindow }, window, 20_160)).toBe(expected)
  })

  it('an inactive node weighs nothing and is not counted', () => {
    const nodes = [node(repeat(1, 32), { chainLength: 5, lastConfirmationWindow: 90 }), node(repeat(2, 32))]
    expect(nodes.map((each) => weightOf(each, 100, 10))).toEqual([5, 0])
    expect(activeChainLength(nodes, 100, 10)).toBe(5)
  })

  it.each([
    [0, 0],
    [1, 1],
    [2, 2],
    [3, 3],
    [4, 3],
    [100, 67],
    [150, 101],
    [1000, 670],
  ])('quorum(%i) = %i', (total, expected) => {
    expect(quorum(total, 67, 100)).toBe(expected)
  })

  it('saturates as u64 does', () => {
    expect(quorumU64(2n ** 64n - 1n, 67n, 100n)).toBe((2n ** 64n - 1n) / 100n)
  })
})

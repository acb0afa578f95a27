import { describe, expect, it } from 'vitest'
import {
  accountCodec,
  devnetParams,
  emissionOf,
  emptyState,
  type LedgerState,
  nodeCodec,
  rotateCheckpoints,
  type SettleInput,
  settleTables as settle,
  stateRoots,
  supply,
  Table,
} from '../src/index.js'
import { account, hex, node, repeat, settleInput } from './helpers.js'

const params = { ...devnetParams, tau2Windows: 4 }
const settleTables = (state: LedgerState, over: Partial<SettleInput>) => settle(state, settleInput({ params, ...over }))
const ids = [repeat(1, 32), repeat(2, 32), repeat(3, 32)] as const

function state(): LedgerState {
  return {
    ...emptyState(),
    accounts: Table.fromRecords(
      accountCodec,
      ids.map((id) => account(id)),
    ),
    nodes: Table.fromRecords(
      nodeCodec,
      ids.map((id) => node(id)),
    ),
  }
}

describe('settle', () => {
  it('emits to the operator of the winner and credits the confirmers', () => {
    const before = state()
    const input = { window: 1, params, winnerId: ids[1], confirmers: [ids[0], ids[1]] }
    const { state: after, changes } = settleTables(before, input)
    expect(after.accounts.get(ids[1])?.balance).toBe(13_000_000_000n)
    expect(ids.map((id) => after.nodes.get(id)?.chainLength)).toEqual([2, 2, 1])
    expect(ids.map((id) => after.nodes.get(id)?.lastConfirmationWindow)).toEqual([1, 1, 0])
    expect(changes.map(({ table, key }) => [table, key[0]])).toEqual([
      ['account', 2],
      ['node', 1],
      ['node', 2],
    ])
  })

  it('leaves the state it started from as it was', () => {
    const before = state()
    const root = hex(stateRoots(before).stateRoot)
    settleTables(before, { window: 4, params, winnerId: ids[0], confirmers: ids })
    expect(hex(stateRoots(before).stateRoot)).toBe(root)
    expect(before.accounts.get(ids[0])?.balance).toBe(0n)
  })

  it('the balances add up to the supply after every window', () => {
    let current = state()
    for (let window = 1; window <= 12; window++) {
      const winnerId = ids[window % 3] ?? ids[0]
      current = settleTables(current, { window, params, winnerId, confirmers: ids }).state
      const total = [...current.accounts.entries()].reduce((sum, { balance }) => sum + balance, 0n)
      expect(total).toBe(supply(window))
    }
  })

  it('closes an epoch after the credit of its last window', () => {
    let current = state()
    for (let window = 1; window <= 8; window++) {
      current = settleTables(current, { window, params, winnerId: ids[0], confirmers: [ids[0]] }).state
    }
    expect(current.nodes.get(ids[0])).toMatchObject({
      chainLength: 9,
      checkpoints: [0, 0, 0, 0, 5, 9],
      chainLengthSnapshot: 9,
    })
    expect(current.nodes.get(ids[2])).toMatchObject({ chainLength: 1, checkpoints: [0, 0, 0, 0, 1, 1] })
  })

  it('window 0 emits nothing and ends no epoch', () => {
    const before = state()
    const { state: after } = settleTables(before, { window: 0, params, winnerId: ids[0], confirmers: [ids[0]] })
    expect(after.accounts.get(ids[0])?.balance).toBe(0n)
    expect(after.nodes.get(ids[0])).toMatchObject({ chainLength: 2, checkpoints: [0, 0, 0, 0, 0, 0] })
  })

  it('the snapshot is the growth since the oldest of the six checkpoints', () => {
    const rotated = rotateCheckpoints(node(ids[0], { chainLength: 70, checkpoints: [10, 20, 30, 40, 50, 60] }))
    expect(rotated).toMatchObject({ checkpoints: [20, 30, 40, 50, 60, 70], chainLengthSnapshot: 50 })
  })

  it('refuses an unknown winner, a winner without account, an overflow and an unknown confirmer', () => {
    const before = state()
    const attempt =
      (over: object, from = before) =>
      () =>
        settleTables(from, { window: 1, params, winnerId: ids[0], confirmers: [], ...over })
    const code = (code: string) => expect.objectContaining({ code })
    expect(attempt({ winnerId: repeat(9, 32) })).toThrow(code('UnknownWinner'))
    expect(attempt({}, { ...before, accounts: before.accounts.delete(ids[0]) })).toThrow(code('MissingOperatorAccount'))
    const rich = before.accounts.set(account(ids[0], { balance: 2n ** 128n - 1n }))
    expect(attempt({}, { ...before, accounts: rich })).toThrow(code('ArithmeticRange'))
    expect(attempt({ confirmers: [repeat(9, 32)] })).toThrow(code('UnknownConfirmer'))
  })

  it('supply and emission have the pinned values', () => {
    expect([100, 20_160, 1_000_000].map((window) => supply(window))).toEqual([
      1_300_000_000_000n,
      262_080_000_000_000n,
      13_000_000_000_000_000n,
    ])
    expect([emissionOf(0, 13n), emissionOf(10, 13n)]).toEqual([0n, 13n])
  })
})

import { compareBytes } from '@montana/foundation'
import { describe, expect, it } from 'vitest'
import { devnetParams, selectionSortKey } from '../src/index.js'
import { faultsOf, idOf, ids, settle, stateWith } from './admission-support.js'
import { account, candidate, control, hex, node, repeat, settleInput } from './helpers.js'

describe('expiry', () => {
  it('drops candidates with expires ≤ W after the control objects of W were judged', () => {
    const state = stateWith({ candidates: [candidate(7, { expires: 10 }), candidate(8, { expires: 11 })] })
    const { state: after, changes } = settle(state, { control: [control(7)] })
    expect([idOf(7), idOf(8)].map((id) => after.candidates.has(id))).toEqual([false, true])
    expect(changes.filter(({ table }) => table === 'candidate')).toEqual([
      { table: 'candidate', key: idOf(7), record: null },
    ])
    expect(faultsOf(state, [control(7)])).toEqual(['AlreadyCandidate'])
  })

  it('comes before selection', () => {
    const state = stateWith({ candidates: [candidate(7, { expires: 12 })] })
    expect(settle(state, { window: 12 }).selected).toEqual([])
  })
})

describe('selection', () => {
  const pool = [5, 6, 7, 8, 9].map((byte) => candidate(byte))

  it('happens in every selection_interval-th window', () => {
    const state = stateWith({ candidates: pool })
    expect([11, 12, 13, 24].map((window) => settle(state, { window }).selected.length)).toEqual([0, 1, 0, 1])
  })

  it('admits the first in order, one per slot of the active nodes', () => {
    const { timechainValue, aggregate } = settleInput()
    const params = { ...devnetParams, admissionDivisor: 1 }
    const keyOf = (id: Uint8Array) => selectionSortKey(timechainValue, aggregate, id)
    const sorted = pool.map(({ nodeId }) => nodeId).sort((a, b) => compareBytes(keyOf(a), keyOf(b)))
    const { state, selected } = settle(stateWith({ candidates: pool }), { window: 12, params })
    expect(selected).toEqual(sorted.slice(0, 3))
    expect([...state.candidates.entries()].map(({ nodeId }) => hex(nodeId)).sort()).toEqual(
      sorted.slice(3).map(hex).sort(),
    )
    expect(state.nodes.size).toBe(6)
  })

  it('makes a node that neither emits nor is credited in W, and a keyless account', () => {
    const { state, selected } = settle(stateWith({ candidates: [candidate(9)] }), { window: 12, confirmers: ids })
    expect(selected).toEqual([idOf(9)])
    expect(state.nodes.get(idOf(9))).toEqual(
      node(idOf(9), {
        nodePublicKey: repeat(9, 1952),
        operatorAccountId: repeat(9, 32),
        startWindow: 12,
        chainLengthSnapshot: 0,
      }),
    )
    expect(state.accounts.get(repeat(9, 32))).toEqual(account(repeat(9, 32), { creationWindow: 12, lastOpWindow: 12 }))
  })

  it('a keyless account is credited like any other', () => {
    const { state } = settle(stateWith({ candidates: [candidate(9)] }), { window: 12 })
    const next = settle(state, { window: 13, winnerId: idOf(9), confirmers: [idOf(9)] }).state
    expect(next.accounts.get(repeat(9, 32))?.balance).toBe(devnetParams.emissionMoneta)
    expect(next.nodes.get(idOf(9))).toMatchObject({ chainLength: 2, lastConfirmationWindow: 13 })
  })

  it('flags an account that exists and leaves the rest of it alone', () => {
    const known = account(repeat(9, 32), {
      isNodeOperator: false,
      balance: 5n,
      opHeight: 3,
      currentPublicKey: repeat(4, 1952),
    })
    const { state } = settle(stateWith({ accounts: [known], candidates: [candidate(9)] }), { window: 12 })
    expect(state.accounts.get(repeat(9, 32))).toEqual({ ...known, isNodeOperator: true })
  })

  it('drops a candidate whose operator serves a node already; its slot is spent', () => {
    const taken = candidate(9, { operatorAccountId: repeat(1, 32) })
    const { state, selected } = settle(stateWith({ candidates: [taken] }), { window: 12 })
    expect([selected, state.candidates.size, state.nodes.size]).toEqual([[], 0, 3])
    const params = { ...devnetParams, admissionDivisor: 1 }
    const same = [7, 8].map((byte) => candidate(byte, { operatorAccountId: repeat(50, 32) }))
    const both = settle(stateWith({ candidates: same }), { window: 12, params })
    expect([both.selected.length, both.state.candidates.size]).toEqual([1, 0])
  })

  it('takes a registration of the same window; the pool then never shows in the changes', () => {
    const { selected, changes } = settle(stateWith(), { window: 12, control: [control(9)] })
    expect(selected).toEqual([idOf(9)])
    expect(changes.map(({ table }) => table)).toEqual(['account', 'account', 'node'])
  })

  it('at the end of an epoch closes it for the new node too', () => {
    const params = { ...devnetParams, tau2Windows: 12 }
    const { state } = settle(stateWith({ candidates: [candidate(9)] }), { window: 12, params })
    expect(state.nodes.get(idOf(9))).toMatchObject({ checkpoints: [0, 0, 0, 0, 0, 1], chainLengthSnapshot: 1 })
  })
})

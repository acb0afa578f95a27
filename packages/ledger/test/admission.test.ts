import { compareBytes, toHex } from '@montana/foundation'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type AccountRecord,
  accountCodec,
  type CandidateRecord,
  type ControlObject,
  candidateCodec,
  devnetParams,
  emptyState,
  type LedgerState,
  type NodeRecord,
  nodeCodec,
  nodeIdOf,
  type RegistrationFields,
  registrationFault,
  registrationHash,
  registrationSortKey,
  type SettleInput,
  selectionSortKey,
  settleTables,
  stateRoots,
  Table,
} from '../src/index.js'
import { account, candidate, control, countingHasher, hex, node, randomKeys, repeat, settleInput } from './helpers.js'

const U64_MAX = 2n ** 64n - 1n
const WINDOW = 10
const ids = [repeat(1, 32), repeat(2, 32), repeat(3, 32)]
const idOf = (byte: number) => nodeIdOf(repeat(byte, 1952))

interface Records {
  accounts?: AccountRecord[]
  nodes?: NodeRecord[]
  candidates?: CandidateRecord[]
}

/** Three nodes with their accounts, and what a test adds; a later record replaces an earlier one of the same key. */
function stateWith({ accounts = [], nodes = [], candidates = [] }: Records = {}): LedgerState {
  const own = { accounts: ids.map((id) => account(id)), nodes: ids.map((id) => node(id)) }
  return {
    accounts: Table.fromRecords(accountCodec, [...own.accounts, ...accounts]),
    nodes: Table.fromRecords(nodeCodec, [...own.nodes, ...nodes]),
    candidates: Table.fromRecords(candidateCodec, candidates),
  }
}

function settle(state: LedgerState, over: Partial<SettleInput>) {
  return settleTables(state, settleInput({ window: WINDOW, ...over }))
}

function faultsOf(state: LedgerState, objects: ControlObject[], over: Partial<SettleInput> = {}) {
  return settle(state, { control: objects, ...over }).outcomes.map(({ fault }) => fault)
}

/** The fault of one object, which must be the same at listing and at settling. */
function faultOf(state: LedgerState, object: ControlObject, over: Partial<SettleInput> = {}) {
  const { registration, isSignatureValid } = object
  const { window, params } = settleInput({ window: WINDOW, ...over })
  const listing = registrationFault(state, registration, isSignatureValid, window, params)
  expect(faultsOf(state, [object], over)).toEqual([listing])
  return listing
}

describe('apply rules', () => {
  it('accept a registration as a candidate that expires', () => {
    const { state, outcomes, changes, selected } = settle(stateWith(), { control: [control(9)] })
    const hash = registrationHash(control(9).registration.bytes)
    expect(outcomes).toEqual([{ hash, nodeId: idOf(9), fault: undefined }])
    expect(selected).toEqual([])
    expect(state.candidates.get(idOf(9))).toEqual(
      candidate(9, {
        proofEndpoint: repeat(9, 32),
        wStart: 1,
        registrationWindow: WINDOW,
        expires: WINDOW + devnetParams.candidateExpiryWindows,
      }),
    )
    expect(changes.map(({ table }) => table)).toEqual(['account', 'candidate'])
  })

  it('1: an unsupported suite, then a bad signature', () => {
    expect(faultOf(stateWith(), control(9, { suiteId: 2 }, true))).toBe('UnsupportedSuite')
    expect(faultOf(stateWith(), control(9, { suiteId: 2 }, false))).toBe('UnsupportedSuite')
    expect(faultOf(stateWith(), control(9, {}, false))).toBe('InvalidSignature')
  })

  it('2: who is a node or a candidate already', () => {
    expect(faultOf(stateWith({ nodes: [node(idOf(9))] }), control(9))).toBe('AlreadyNode')
    expect(faultOf(stateWith({ candidates: [candidate(9)] }), control(9))).toBe('AlreadyCandidate')
  })

  it('3: an operator that is taken, or that another candidate names', () => {
    const operatorAccountId = repeat(1, 32)
    expect(faultOf(stateWith(), control(9, { operatorAccountId }))).toBe('OperatorTaken')
    const waiting = stateWith({ candidates: [candidate(8, { operatorAccountId: repeat(9, 32) })] })
    expect(faultOf(waiting, control(9))).toBe('OperatorPending')
  })

  it('3: an account that is no operator may be named', () => {
    const state = stateWith({ accounts: [account(repeat(9, 32), { isNodeOperator: false })] })
    expect(faultOf(state, control(9))).toBeUndefined()
  })

  it('4: the work began at most two epochs ago and is done by W', () => {
    const params = { ...devnetParams, tau2Windows: 4, vdfEntryWindows: 1 }
    const faultAt = (wStart: bigint, vdfChainLength: bigint) =>
      faultOf(stateWith(), control(9, { wStart, vdfChainLength }), { params })
    expect(faultAt(1n, 8n)).toBe('WStartOutOfRange')
    expect(faultAt(2n, 8n)).toBeUndefined()
    expect(faultAt(2n, 9n)).toBe('WStartOutOfRange')
    expect(faultAt(9n, 1n)).toBeUndefined()
    expect(faultAt(10n, 1n)).toBe('WStartOutOfRange')
  })

  it('4: counts whose sum overflows u64 are out of range', () => {
    for (const [wStart, vdfChainLength] of [
      [U64_MAX, 1n],
      [1n, U64_MAX],
      [U64_MAX, U64_MAX],
      [U64_MAX - 2n, 7n],
    ] as const) {
      expect(faultOf(stateWith(), control(9, { wStart, vdfChainLength }))).toBe('WStartOutOfRange')
    }
  })

  it('5: less work than required, which grows with the pool and counts active nodes only', () => {
    const fault = (state: LedgerState, vdfChainLength: bigint, window = 400) =>
      faultOf(state, control(9, { wStart: 1n, vdfChainLength }), { window })
    expect(fault(stateWith(), 5n)).toBe('VdfChainTooShort')
    expect(fault(stateWith(), 6n)).toBeUndefined()
    const crowded = stateWith({ candidates: [candidate(8)] })
    expect(fault(crowded, 198n)).toBe('VdfChainTooShort')
    expect(fault(crowded, 199n)).toBeUndefined()
    const late = 2 * devnetParams.tau2Windows + 1
    const oneActive = stateWith({ nodes: [node(ids[0] ?? repeat(1, 32), { lastConfirmationWindow: late })] })
    const pool = { ...oneActive, candidates: Table.fromRecords(candidateCodec, [candidate(8, { expires: 99_999 })]) }
    expect(fault(pool, 599n, late)).toBe('VdfChainTooShort')
    expect(fault(pool, 600n, late)).toBeUndefined()
  })

  it('the first failing rule decides', () => {
    const state = stateWith({ nodes: [node(idOf(9))], candidates: [candidate(9)] })
    const broken = { operatorAccountId: repeat(1, 32), wStart: U64_MAX, vdfChainLength: 0n }
    expect(faultOf(state, control(9, { ...broken, suiteId: 0 }, false))).toBe('UnsupportedSuite')
    expect(faultOf(state, control(9, broken, false))).toBe('InvalidSignature')
    expect(faultOf(state, control(9, broken))).toBe('AlreadyNode')
    const without = { ...state, nodes: state.nodes.delete(idOf(9)) }
    expect(faultOf(without, control(9, broken))).toBe('AlreadyCandidate')
    const empty = { ...without, candidates: without.candidates.delete(idOf(9)) }
    expect(faultOf(empty, control(9, broken))).toBe('OperatorTaken')
    expect(faultOf(empty, control(9, { ...broken, operatorAccountId: repeat(9, 32) }))).toBe('WStartOutOfRange')
  })

  it('a failing object stays without effect and the window settles', () => {
    const before = stateWith()
    const after = settle(before, { control: [control(9, {}, false)] })
    expect(stateRoots(after.state)).toEqual(stateRoots(settle(before, {}).state))
  })
})

describe('a batch', () => {
  const inOrder = (over: Partial<SettleInput> = {}) => {
    const { timechainValue, aggregate } = settleInput(over)
    const keyOf = (byte: number) => registrationSortKey(timechainValue, aggregate, repeat(byte, 1952))
    return [7, 8, 9].sort((a, b) => compareBytes(keyOf(a), keyOf(b)))
  }

  it('is processed by sort key, whatever the order of list 3', () => {
    const expected = inOrder().map((byte) => toHex(idOf(byte)))
    for (const bytes of [
      [7, 8, 9],
      [9, 8, 7],
      [8, 7, 9],
    ]) {
      const { outcomes } = settle(stateWith(), { control: bytes.map((byte) => control(byte)) })
      expect(outcomes.map(({ nodeId }) => toHex(nodeId))).toEqual(expected)
      expect(outcomes.map(({ fault }) => fault)).toEqual([undefined, 'VdfChainTooShort', 'VdfChainTooShort'])
    }
  })

  it('is drawn anew by another clock value', () => {
    const orders = [1, 2, 3, 4, 5, 6, 7, 8].map((byte) => inOrder({ timechainValue: repeat(byte, 32) }).join())
    expect(new Set(orders).size).toBeGreaterThan(1)
  })

  it('raises the pressure with each candidate that it accepts, and with those alone', () => {
    const window = 500
    const [first = 0, second = 0, third = 0] = inOrder()
    const windows = { [first]: 6n, [second]: 199n, [third]: 398n }
    const objects = () => [7, 8, 9].map((byte) => control(byte, { vdfChainLength: windows[byte] ?? 0n }))
    expect(faultsOf(stateWith(), objects(), { window })).toEqual([undefined, undefined, 'VdfChainTooShort'])
    const withoutFirst = objects().map((object, index) => ({ ...object, isSignatureValid: 7 + index !== first }))
    expect(faultsOf(stateWith(), withoutFirst, { window })).toEqual(['InvalidSignature', undefined, undefined])
  })

  it('accepts one of two that name one operator, and one of two of one key', () => {
    const operatorAccountId = repeat(50, 32)
    const sameOperator = [control(8, { operatorAccountId }), control(9, { operatorAccountId })]
    expect(faultsOf(stateWith(), sameOperator)).toEqual([undefined, 'OperatorPending'])
    const sameKey = [control(9), control(9, { vdfChainLength: 7n })]
    expect(faultsOf(stateWith(), sameKey)).toEqual([undefined, 'AlreadyCandidate'])
    const { state } = settle(stateWith(), { control: [...sameKey].reverse() })
    expect(state.candidates.get(idOf(9))?.vdfChainLength).toBe(7)
  })
})

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

describe('settling with admission', () => {
  it('the balances still add up and the roots are those of the records', () => {
    let state = stateWith()
    for (let window = 1; window <= 40; window++) {
      const objects = window === 7 || window === 20 ? [control(window)] : []
      state = settle(state, { window, control: objects, winnerId: ids[window % 3] ?? repeat(1, 32) }).state
    }
    expect([...state.accounts.entries()].reduce((sum, { balance }) => sum + balance, 0n)).toBe(
      40n * devnetParams.emissionMoneta,
    )
    expect([state.nodes.size, state.accounts.size, state.candidates.size]).toEqual([5, 5, 0])
    const rebuilt = {
      accounts: Table.fromRecords(accountCodec, state.accounts.entries()),
      nodes: Table.fromRecords(nodeCodec, state.nodes.entries()),
      candidates: Table.fromRecords(candidateCodec, state.candidates.entries()),
    }
    expect(stateRoots(rebuilt)).toEqual(stateRoots(state))
  })

  it('costs hashes in proportion to the change, not to the tables', () => {
    const hasher = countingHasher()
    const many = randomKeys(200)
    const state: LedgerState = {
      accounts: Table.fromRecords(
        accountCodec,
        [...ids, ...many].map((id) => account(id)),
        hasher,
      ),
      nodes: Table.fromRecords(
        nodeCodec,
        [...ids, ...many].map((id) => node(id)),
        hasher,
      ),
      candidates: Table.fromRecords(
        candidateCodec,
        many.map((id) => candidate(4, { nodeId: id })),
        hasher,
      ),
    }
    stateRoots(state)
    hasher.hashes = 0
    stateRoots(settle(state, { window: 12 }).state)
    // The winner's account, the operator's account, the new node and the candidate that left.
    expect(hasher.hashes).toBeLessThan(5 * 257)
  })

  it('refuses windows that a record cannot carry, with a code', () => {
    const code = expect.objectContaining({ code: 'ArithmeticRange' })
    const params = { ...devnetParams, candidateExpiryWindows: Number.MAX_SAFE_INTEGER }
    expect(() => settle(stateWith(), { params, control: [control(9)] })).toThrow(code)
    const late = stateWith({ candidates: [candidate(9, { expires: 2 ** 40 })] })
    expect(() => settle(late, { window: 12 * 2 ** 32 })).toThrow(code)
  })

  const u64 = fc.oneof(fc.bigInt({ min: 0n, max: 40n }), fc.bigInt({ min: 0n, max: U64_MAX }), fc.constant(U64_MAX))
  const byte = fc.integer({ min: 0, max: 12 })
  const object = fc
    .record({
      key: byte,
      operator: byte,
      suiteId: fc.constantFrom(1, 1, 1, 0, 0xffff),
      wStart: u64,
      length: u64,
      isValid: fc.boolean(),
    })
    .map(({ key, operator, suiteId, wStart, length, isValid }) => {
      const fields: Partial<RegistrationFields> = {
        suiteId,
        wStart,
        vdfChainLength: length,
        operatorAccountId: repeat(operator, 32),
      }
      return control(key, fields, isValid)
    })

  it('never throws for well-formed registrations, and keeps one operator per node or candidate', () => {
    fc.assert(
      fc.property(fc.array(fc.array(object, { maxLength: 5 }), { maxLength: 30 }), (batches) => {
        let state: LedgerState = { ...emptyState(), ...stateWith() }
        for (const [index, objects] of batches.entries()) {
          const settled = settle(state, { window: index + 1, control: objects })
          expect(settled.outcomes).toHaveLength(objects.length)
          state = settled.state
          const named = [...state.nodes.entries(), ...state.candidates.entries()].map((r) => hex(r.operatorAccountId))
          expect(new Set(named).size).toBe(named.length)
          for (const { expires, vdfChainLength } of state.candidates.entries()) {
            expect(expires).toBeGreaterThan(index + 1)
            expect(vdfChainLength).toBeGreaterThanOrEqual(devnetParams.vdfEntryWindows)
          }
        }
        expect(stateRoots(state).stateRoot).toHaveLength(32)
      }),
      { numRuns: 60 },
    )
  })
})

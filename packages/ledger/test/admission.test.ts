import { compareBytes, toHex } from '@montana/foundation'
import { describe, expect, it } from 'vitest'
import {
  type ControlObject,
  candidateCodec,
  devnetParams,
  type LedgerState,
  registrationFault,
  registrationHash,
  registrationSortKey,
  type SettleInput,
  stateRoots,
  Table,
} from '../src/index.js'
import { faultsOf, idOf, ids, settle, stateWith, U64_MAX, WINDOW } from './admission-support.js'
import { account, candidate, control, node, repeat, settleInput } from './helpers.js'

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

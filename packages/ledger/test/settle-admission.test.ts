import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  accountCodec,
  candidateCodec,
  devnetParams,
  type LedgerState,
  nodeCodec,
  type RegistrationFields,
  stateRoots,
  Table,
} from '../src/index.js'
import { ids, settle, stateWith, U64_MAX } from './admission-support.js'
import { account, candidate, control, countingHasher, hex, node, randomKeys, repeat } from './helpers.js'

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
        let state = stateWith()
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

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type AccountRecord, applyOperations, type Operation } from '../src/index.js'
import { account, hex, repeat } from './helpers.js'
import {
  ALICE,
  accountsOf,
  activation,
  anchor,
  apply,
  BOB,
  changeKey,
  from,
  NEW,
  NEW_KEY,
  owned,
  signed,
  TIME,
  transfer,
  U128_MAX,
} from './operations-support.js'

describe('application', () => {
  it('a transfer moves the amount and lengthens the chain of the sender alone', () => {
    const operation = transfer()
    const after = apply(accountsOf(), operation)
    expect(after.get(ALICE)).toEqual(
      owned(ALICE, {
        balance: 990n,
        frontierHash: signed(operation).hash,
        opHeight: 1,
        accountChainLength: 1,
        lastOpWindow: 100,
      }),
    )
    expect(after.get(BOB)).toEqual(owned(BOB, { balance: 1_010n }))
  })

  it('an activation makes an account and starts the cool-down', () => {
    const after = apply(accountsOf(), activation())
    expect(after.get(ALICE)).toMatchObject({ balance: 990n, lastActivationWindow: 100, opHeight: 1 })
    expect(after.get(NEW)).toEqual(
      account(NEW, {
        isNodeOperator: false,
        balance: 10n,
        currentPublicKey: NEW_KEY,
        creationWindow: 100,
        lastOpWindow: 100,
      }),
    )
  })

  it('a new key replaces the old one, never the id; an anchor changes nothing but the chain', () => {
    expect(apply(accountsOf(), changeKey()).get(ALICE)).toMatchObject({
      accountId: ALICE,
      currentPublicKey: NEW_KEY,
      balance: 1_000n,
    })
    const { frontierHash, opHeight } = apply(accountsOf(), anchor()).get(ALICE) ?? {}
    expect([frontierHash, opHeight]).toEqual([signed(anchor()).hash, 1])
  })

  it('refuses to leave the range of a balance, a counter or a window, and senders that are not there', () => {
    const code = (code: string) => expect.objectContaining({ code })
    const attempt =
      (operation: Operation, over: Partial<AccountRecord> = {}, window = 100) =>
      () =>
        apply(accountsOf(owned(ALICE, over)), operation, window)
    expect(attempt(transfer({ amount: 1_001n }))).toThrow(code('ArithmeticRange'))
    expect(attempt(activation({ amount: 1_001n }))).toThrow(code('ArithmeticRange'))
    expect(attempt(anchor(), { opHeight: 2 ** 32 - 1 })).toThrow(code('ArithmeticRange'))
    expect(attempt(anchor(), { accountChainLength: 2 ** 32 - 1 })).toThrow(code('ArithmeticRange'))
    expect(attempt(anchor(), {}, 2 ** 32)).toThrow(code('ArithmeticRange'))
    expect(attempt(anchor(), {}, 2 ** 32 - 1)).not.toThrow()
    const full = accountsOf(owned(BOB, { balance: U128_MAX }))
    expect(() => apply(full, transfer())).toThrow(code('ArithmeticRange'))
    expect(() => apply(accountsOf(), transfer({ sender: NEW }))).toThrow(code('UnknownAccount'))
    expect(() => apply(accountsOf(), transfer({ receiver: NEW }))).toThrow(code('UnknownAccount'))
  })
})

describe('the batch of a window', () => {
  const judged = (operation: Operation, isSignatureValid = true) => ({ signed: signed(operation), isSignatureValid })
  const run = (operations: Operation[], before = accountsOf(), current = before) =>
    applyOperations(
      { before, current },
      operations.map((operation) => judged(operation)),
      TIME,
    )
  const byHash = (a: Operation, b: Operation) => (hex(signed(a).hash) < hex(signed(b).hash) ? -1 : 1)

  it('is applied ascending by hash, whatever its order', () => {
    const operations = [transfer(), transfer({ ...from(BOB), receiver: ALICE, amount: 7n })]
    const results = [run(operations), run([...operations].reverse())]
    const hashes = [...operations].sort(byHash).map((operation) => hex(signed(operation).hash))
    for (const { accounts, outcomes } of results) {
      expect(outcomes.map(({ hash, fault }) => [hex(hash), fault])).toEqual(hashes.map((hash) => [hash, undefined]))
      expect([ALICE, BOB].map((id) => accounts.get(id)?.balance)).toEqual([997n, 1_003n])
    }
  })

  it('takes one operation of an account, the first in order', () => {
    const operations = [transfer({ amount: 1n }), transfer({ amount: 2n }), anchor()].sort(byHash)
    const { accounts, outcomes } = run(operations)
    expect(outcomes.map(({ fault }) => fault)).toEqual([undefined, 'InvalidPrevHash', 'InvalidPrevHash'])
    expect(accounts.get(ALICE)?.frontierHash).toEqual(signed(operations[0] ?? anchor()).hash)
  })

  it('an invalid operation does not use up the turn of its account', () => {
    const [first, second] = [transfer({ amount: 1n }), transfer({ amount: 2n })].sort(byHash)
    const batch = [judged(first ?? anchor(), false), judged(second ?? anchor())]
    const before = accountsOf()
    const { outcomes } = applyOperations({ before, current: before }, batch, TIME)
    expect(outcomes.map(({ fault }) => fault)).toEqual(['InvalidSignature', undefined])
  })

  it('judges on S_{W−1}: what arrives in the window cannot be spent in it', () => {
    const before = accountsOf(owned(BOB, { balance: 0n }))
    const { outcomes } = run([transfer(), transfer({ ...from(BOB), receiver: ALICE, amount: 5n })], before)
    expect(outcomes.map(({ fault }) => fault).sort()).toEqual(['InsufficientBalance', undefined])
  })

  it('creates an account once', () => {
    const { accounts, outcomes } = run([activation(), activation({ ...from(BOB), amount: 20n })])
    expect(outcomes.map(({ fault }) => fault)).toEqual([undefined, 'ReceiverAlreadyExists'])
    const total = [...accounts.entries()].reduce((sum, { balance }) => sum + balance, 0n)
    expect(total).toBe(2_000n)
  })

  it('builds on what control objects made of the accounts', () => {
    const before = accountsOf()
    const current = before.set(owned(ALICE, { isNodeOperator: true }))
    expect(run([transfer()], before, current).accounts.get(ALICE)).toMatchObject({
      isNodeOperator: true,
      balance: 990n,
    })
  })

  it('never makes or loses money', () => {
    const people = [ALICE, BOB, repeat(3, 32)]
    const person = fc.constantFrom(...people)
    const operation = fc
      .record({ sender: person, receiver: person, amount: fc.bigInt({ min: 0n, max: 1_200n }), opens: fc.boolean() })
      .map(({ sender, receiver, amount, opens }) =>
        opens ? activation({ ...from(sender), amount }) : transfer({ ...from(sender), receiver, amount }),
      )
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 8 }), (operations) => {
        const { accounts, outcomes } = run(operations, accountsOf(owned(repeat(3, 32))))
        expect(outcomes).toHaveLength(operations.length)
        expect([...accounts.entries()].reduce((sum, { balance }) => sum + balance, 0n)).toBe(3_000n)
      }),
    )
  })
})

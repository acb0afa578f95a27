import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type AccountRecord,
  type Accounts,
  accountCodec,
  accountIdOf,
  applyOperation,
  applyOperations,
  decodeOperation,
  encodeOperation,
  type Operation,
  type OperationFault,
  operationFault,
  operationScope,
  type SignedOperation,
  signingKeyOf,
  Table,
} from '../src/index.js'
import { account, hex, repeat } from './helpers.js'

const TIME = { window: 100, tau2Windows: 50 }
const U128_MAX = 2n ** 128n - 1n
const [ALICE, BOB, NEW_KEY] = [repeat(1, 32), repeat(2, 32), repeat(0x77, 1952)]
const NEW = accountIdOf(1, NEW_KEY)

const owned = (id: Uint8Array, over: Partial<AccountRecord> = {}) =>
  account(id, {
    isNodeOperator: false,
    balance: 1_000n,
    frontierHash: id,
    currentPublicKey: repeat(id[0] ?? 0, 1952),
    ...over,
  })

function accountsOf(...records: AccountRecord[]): Accounts {
  return Table.fromRecords(accountCodec, [owned(ALICE), owned(BOB), ...records])
}

const from = (sender: Uint8Array) => ({ prevHash: sender, sender })
const transfer = (over: object = {}): Operation => {
  return { type: 'Transfer', ...from(ALICE), receiver: BOB, amount: 10n, ...over }
}
const changeKey = (over: object = {}): Operation => {
  return { type: 'ChangeKey', ...from(ALICE), newSuiteId: 1, newPublicKey: NEW_KEY, ...over }
}
const anchor = (over: object = {}): Operation => {
  return { type: 'Anchor', ...from(ALICE), appId: repeat(8, 32), dataHash: repeat(9, 32), ...over }
}
const activation = (over: object = {}): Operation => {
  const created = { receiver: NEW, suiteId: 1, receiverPublicKey: NEW_KEY, amount: 10n }
  return { type: 'TransferActivation', ...from(ALICE), ...created, ...over }
}

function signed(operation: Operation): SignedOperation {
  return decodeOperation(encodeOperation(operation, repeat(0xee, 3309)))
}

function apply(accounts: Accounts, operation: Operation, window = TIME.window): Accounts {
  return applyOperation(accounts, signed(operation), window)
}

describe('encodings', () => {
  it.each([
    ['Transfer', transfer(), 0x02, 113, 3422],
    ['ChangeKey', changeKey(), 0x03, 2019, 5328],
    ['Anchor', anchor(), 0x04, 129, 3438],
    ['TransferActivation', activation({ amount: U128_MAX }), 0x0a, 2067, 5376],
  ])('%s has its layout and decodes to itself', (_, operation, code, scopeBytes, total) => {
    const decoded = signed(operation)
    expect(decoded.operation).toEqual(operation)
    expect([decoded.bytes[0], decoded.scope.length, decoded.bytes.length]).toEqual([code, scopeBytes, total])
    expect(decoded.scope).toEqual(operationScope(operation))
    expect(decoded.signature).toEqual(repeat(0xee, 3309))
  })

  it('a reserved or unknown type, another length and no byte at all are refused with a code', () => {
    const { bytes } = signed(transfer())
    const withType = (code: number) => Uint8Array.of(code, ...bytes.subarray(1))
    const code = (code: string) => expect.objectContaining({ code })
    for (const type of [0x00, 0x0b, 0x11]) expect(() => decodeOperation(withType(type))).toThrow(code('BadValue'))
    expect(() => decodeOperation(withType(0x04))).toThrow(code('BadLength'))
    expect(() => decodeOperation(bytes.subarray(1))).toThrow(code('BadValue'))
    expect(() => decodeOperation(Uint8Array.of(...bytes, 0))).toThrow(code('BadLength'))
    expect(() => decodeOperation(new Uint8Array())).toThrow(code('Truncated'))
  })

  it('any bytes decode or fail with a code', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.constantFrom(3422, 5328, 3438, 5376, 40), (head, length) => {
        const bytes = new Uint8Array(length)
        bytes.set(head.subarray(0, length))
        try {
          const { operation, signature } = decodeOperation(bytes)
          expect(encodeOperation(operation, signature)).toEqual(bytes)
        } catch (error) {
          expect(error).toMatchObject({ name: 'CodecError' })
        }
      }),
    )
  })
})

describe('validation', () => {
  const fault = (operation: Operation, accounts = accountsOf(), isSignatureValid = true) =>
    operationFault(accounts, operation, isSignatureValid, TIME)
  const poor = accountsOf(owned(ALICE, { balance: 9n }))
  const stranger = { sender: repeat(5, 32) }
  const stale = { prevHash: repeat(5, 32) }

  it('passes what is in order', () => {
    for (const operation of [transfer(), changeKey(), anchor(), activation()]) expect(fault(operation)).toBeUndefined()
    expect(fault(transfer({ amount: 1_000n }))).toBeUndefined()
  })

  /** Each line breaks one rule and every later one that can be broken with it: the order decides. */
  it.each<[OperationFault, Operation, Accounts | undefined]>([
    ['AccountNotFound', transfer({ ...stranger, ...stale, amount: 0n }), undefined],
    ['InvalidPrevHash', transfer({ ...stale, receiver: ALICE, amount: 0n }), undefined],
    ['SelfTransfer', transfer({ receiver: ALICE, amount: 0n }), undefined],
    ['ZeroAmount', transfer({ amount: 0n, receiver: NEW }), undefined],
    ['InsufficientBalance', transfer({ receiver: NEW }), poor],
    ['ReceiverNotActive', transfer({ receiver: NEW }), undefined],
    ['InvalidSignature', transfer(), undefined],
    ['AccountNotFound', activation({ ...stranger, ...stale, receiver: BOB }), undefined],
    ['InvalidPrevHash', activation({ ...stale, receiver: BOB }), undefined],
    ['ReceiverAlreadyExists', activation({ receiver: BOB, suiteId: 2 }), undefined],
    ['ReceiverAlreadyExists', activation({ receiver: ALICE }), undefined],
    ['UnsupportedSuite', activation({ suiteId: 2, amount: 0n }), undefined],
    ['InvalidBinding', activation({ receiver: repeat(6, 32), amount: 0n }), undefined],
    ['ZeroAmount', activation({ amount: 0n }), accountsOf(owned(ALICE, { lastActivationWindow: 99 }))],
    ['InsufficientBalance', activation(), accountsOf(owned(ALICE, { balance: 9n, lastActivationWindow: 99 }))],
    ['ActivationCooldownNotElapsed', activation(), accountsOf(owned(ALICE, { lastActivationWindow: 51 }))],
    ['InvalidSignature', activation(), accountsOf(owned(ALICE, { lastActivationWindow: 50 }))],
    ['AccountNotFound', changeKey({ ...stranger, ...stale, newSuiteId: 0 }), undefined],
    ['InvalidPrevHash', changeKey({ ...stale, newSuiteId: 0 }), undefined],
    ['UnsupportedSuite', changeKey({ newSuiteId: 0 }), undefined],
    ['InvalidSignature', changeKey(), undefined],
    ['AccountNotFound', anchor({ ...stranger, ...stale }), undefined],
    ['InvalidPrevHash', anchor(stale), undefined],
    ['InvalidSignature', anchor(), undefined],
  ])('%s', (code, operation, accounts) => {
    expect(fault(operation, accounts, false)).toBe(code)
  })

  it('the cool-down lasts one epoch, and a first activation has none', () => {
    const after = (lastActivationWindow: number) =>
      fault(activation(), accountsOf(owned(ALICE, { lastActivationWindow })))
    expect([0, 50, 51, 100].map(after)).toEqual([
      undefined,
      undefined,
      'ActivationCooldownNotElapsed',
      'ActivationCooldownNotElapsed',
    ])
  })
})

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

describe('a keyless account', () => {
  const keyless = owned(NEW, { currentPublicKey: repeat(0, 1952), isNodeOperator: true })
  const accounts = accountsOf(keyless)
  const fault = (operation: Operation) => operationFault(accounts, operation, true, TIME)

  it('can receive', () => {
    expect(fault(transfer({ receiver: NEW }))).toBeUndefined()
    expect(apply(accounts, transfer({ receiver: NEW })).get(NEW)?.balance).toBe(1_010n)
  })

  it('can reveal the key of its id, signed with that key, and then is like any other', () => {
    const reveal = changeKey(from(NEW))
    expect(fault(reveal)).toBeUndefined()
    expect(signingKeyOf(keyless, reveal)).toEqual(NEW_KEY)
    const after = apply(accounts, reveal)
    const next = transfer({ sender: NEW, prevHash: signed(reveal).hash })
    expect(operationFault(after, next, true, TIME)).toBeUndefined()
    expect(signingKeyOf(after.get(NEW) ?? keyless, next)).toEqual(NEW_KEY)
  })

  it('can do nothing else, whatever the signature', () => {
    expect(fault(changeKey({ ...from(NEW), newPublicKey: repeat(3, 1952) }))).toBe('InvalidSignature')
    expect(fault(transfer(from(NEW)))).toBe('InvalidSignature')
    expect(fault(anchor(from(NEW)))).toBe('InvalidSignature')
    const other = repeat(0x55, 1952)
    expect(fault(activation({ ...from(NEW), receiver: accountIdOf(1, other), receiverPublicKey: other }))).toBe(
      'InvalidSignature',
    )
  })

  it('an account with a key is asked for that key', () => {
    expect(signingKeyOf(owned(ALICE), changeKey())).toEqual(repeat(1, 1952))
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

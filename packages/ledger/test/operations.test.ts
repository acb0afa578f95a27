import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Accounts,
  accountIdOf,
  decodeOperation,
  encodeOperation,
  type Operation,
  type OperationFault,
  operationFault,
  operationScope,
  signingKeyOf,
} from '../src/index.js'
import { repeat } from './helpers.js'
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

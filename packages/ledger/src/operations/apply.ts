import { toHex } from '@montana/foundation'
import { HASH_BYTES, U32_MAX, U128_MAX } from '../constants.js'
import { LedgerError } from '../errors.js'
import type { AccountRecord } from '../records/account.js'
import type { Accounts } from './fault.js'
import type { Operation, SignedOperation, Transfer, TransferActivation } from './operation.js'

/**
 * The accounts after one valid operation: spec protocol 17.3. Throws LedgerError `ArithmeticRange` when a balance, a
 * counter or the window leaves its range, and `UnknownAccount` when the sender, or the receiver of a Transfer, is not
 * there, which validation has excluded.
 */
export function applyOperation(
  accounts: Accounts,
  { operation, hash }: Pick<SignedOperation, 'operation' | 'hash'>,
  window: number,
): Accounts {
  const sender = senderAfter(required(accounts, operation.sender), operation, { hash, window })
  const after = accounts.set(sender)
  if (operation.type === 'Transfer') return after.set(receiverAfter(after, operation))
  return operation.type === 'TransferActivation' ? after.set(newAccount(operation, window)) : after
}

function required(accounts: Accounts, accountId: Uint8Array): AccountRecord {
  const account = accounts.get(accountId)
  if (account === undefined) throw new LedgerError('UnknownAccount', { accountId: toHex(accountId) })
  return account
}

function senderAfter(
  sender: AccountRecord,
  operation: Operation,
  { hash, window }: { hash: Uint8Array; window: number },
): AccountRecord {
  const { accountId, opHeight, accountChainLength } = sender
  const advanced: AccountRecord = {
    ...sender,
    frontierHash: hash,
    opHeight: checkedU32(opHeight + 1, accountId),
    accountChainLength: checkedU32(accountChainLength + 1, accountId),
    lastOpWindow: checkedU32(window, accountId),
  }
  return { ...advanced, ...changeOf(sender, operation, window) }
}

/** What an operation does to its sender besides lengthening its chain. */
function changeOf(sender: AccountRecord, operation: Operation, window: number): Partial<AccountRecord> {
  switch (operation.type) {
    case 'Transfer':
      return { balance: checkedBalance(sender.balance - operation.amount, sender.accountId) }
    case 'TransferActivation': {
      const balance = checkedBalance(sender.balance - operation.amount, sender.accountId)
      return { balance, lastActivationWindow: window }
    }
    case 'ChangeKey':
      return { suiteId: operation.newSuiteId, currentPublicKey: operation.newPublicKey.slice() }
    case 'Anchor':
      return {}
  }
}

function receiverAfter(accounts: Accounts, { receiver, amount }: Transfer): AccountRecord {
  const account = required(accounts, receiver)
  return { ...account, balance: checkedBalance(account.balance + amount, receiver) }
}

function newAccount({ receiver, suiteId, receiverPublicKey, amount }: TransferActivation, window: number) {
  return {
    accountId: receiver.slice(),
    balance: amount,
    suiteId,
    isNodeOperator: false,
    frontierHash: new Uint8Array(HASH_BYTES),
    opHeight: 0,
    accountChainLength: 0,
    accountChainLengthSnapshot: 0,
    currentPublicKey: receiverPublicKey.slice(),
    creationWindow: window,
    lastOpWindow: window,
    lastActivationWindow: 0,
  }
}

function checkedU32(value: number, accountId: Uint8Array): number {
  if (value > U32_MAX) throw new LedgerError('ArithmeticRange', { accountId: toHex(accountId) })
  return value
}

function checkedBalance(value: bigint, accountId: Uint8Array): bigint {
  if (value < 0n || value > U128_MAX) throw new LedgerError('ArithmeticRange', { accountId: toHex(accountId) })
  return value
}

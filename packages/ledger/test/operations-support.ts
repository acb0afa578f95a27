import {
  type AccountRecord,
  type Accounts,
  accountCodec,
  accountIdOf,
  applyOperation,
  decodeOperation,
  encodeOperation,
  type Operation,
  type SignedOperation,
  Table,
} from '../src/index.js'
import { account, repeat } from './helpers.js'

export const TIME = { window: 100, tau2Windows: 50 }
export const U128_MAX = 2n ** 128n - 1n
export const [ALICE, BOB, NEW_KEY] = [repeat(1, 32), repeat(2, 32), repeat(0x77, 1952)]
export const NEW = accountIdOf(1, NEW_KEY)

export const owned = (id: Uint8Array, over: Partial<AccountRecord> = {}) =>
  account(id, {
    isNodeOperator: false,
    balance: 1_000n,
    frontierHash: id,
    currentPublicKey: repeat(id[0] ?? 0, 1952),
    ...over,
  })

export function accountsOf(...records: AccountRecord[]): Accounts {
  return Table.fromRecords(accountCodec, [owned(ALICE), owned(BOB), ...records])
}

export const from = (sender: Uint8Array) => ({ prevHash: sender, sender })
export const transfer = (over: object = {}): Operation => {
  return { type: 'Transfer', ...from(ALICE), receiver: BOB, amount: 10n, ...over }
}
export const changeKey = (over: object = {}): Operation => {
  return { type: 'ChangeKey', ...from(ALICE), newSuiteId: 1, newPublicKey: NEW_KEY, ...over }
}
export const anchor = (over: object = {}): Operation => {
  return { type: 'Anchor', ...from(ALICE), appId: repeat(8, 32), dataHash: repeat(9, 32), ...over }
}
export const activation = (over: object = {}): Operation => {
  const created = { receiver: NEW, suiteId: 1, receiverPublicKey: NEW_KEY, amount: 10n }
  return { type: 'TransferActivation', ...from(ALICE), ...created, ...over }
}

export function signed(operation: Operation): SignedOperation {
  return decodeOperation(encodeOperation(operation, repeat(0xee, 3309)))
}

export function apply(accounts: Accounts, operation: Operation, window = TIME.window): Accounts {
  return applyOperation(accounts, signed(operation), window)
}

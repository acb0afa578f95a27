import { accountIdOf } from '@montana/crypto'
import { bytesEqual } from '@montana/foundation'
import { SUITE_ML_DSA_65 } from '../constants.js'
import type { AccountRecord } from '../records/account.js'
import type { LedgerState } from '../state.js'
import type { Operation, Transfer, TransferActivation } from './operation.js'
import { signingKeyOf } from './signing-key.js'

/** Why an operation is refused: spec protocol 17.2. */
export type OperationFault =
  | 'AccountNotFound'
  | 'InvalidPrevHash'
  | 'UnsupportedSuite'
  | 'InvalidBinding'
  | 'SelfTransfer'
  | 'ZeroAmount'
  | 'InsufficientBalance'
  | 'ReceiverNotActive'
  | 'ReceiverAlreadyExists'
  | 'ActivationCooldownNotElapsed'
  | 'InvalidSignature'

export interface OperationTime {
  readonly window: number
  readonly tau2Windows: number
}

export type Accounts = LedgerState['accounts']

/**
 * The first rule of spec protocol 17.2 that `operation` breaks on `accounts`, those of S_{W−1}, or `undefined`. The
 * verdict on the signature is that under `signingKeyOf`; where there is no such key it counts as invalid.
 */
export function operationFault(
  accounts: Accounts,
  operation: Operation,
  isSignatureValid: boolean,
  time: OperationTime,
): OperationFault | undefined {
  const sender = accounts.get(operation.sender)
  if (sender === undefined) return 'AccountNotFound'
  if (!bytesEqual(operation.prevHash, sender.frontierHash)) return 'InvalidPrevHash'
  const fault = ownFault(accounts, sender, operation, time)
  if (fault !== undefined) return fault
  return isSignatureValid && signingKeyOf(sender, operation) !== undefined ? undefined : 'InvalidSignature'
}

/** An account may open another one once per epoch: spec protocol 17.2. */
export function isActivationCooledDown(lastActivationWindow: number, { window, tau2Windows }: OperationTime): boolean {
  return lastActivationWindow === 0 || window >= lastActivationWindow + tau2Windows
}

/** The rules between those that every operation has. */
function ownFault(
  accounts: Accounts,
  sender: AccountRecord,
  operation: Operation,
  time: OperationTime,
): OperationFault | undefined {
  switch (operation.type) {
    case 'Transfer':
      return amountFault(sender, operation) ?? (accounts.has(operation.receiver) ? undefined : 'ReceiverNotActive')
    case 'ChangeKey':
      return suiteFault(operation.newSuiteId)
    case 'Anchor':
      return undefined
    case 'TransferActivation':
      return activationFault(accounts, sender, operation, time)
  }
}

function activationFault(
  accounts: Accounts,
  sender: AccountRecord,
  operation: TransferActivation,
  time: OperationTime,
): OperationFault | undefined {
  const { receiver, suiteId, receiverPublicKey } = operation
  if (accounts.has(receiver)) return 'ReceiverAlreadyExists'
  const fault = suiteFault(suiteId)
  if (fault !== undefined) return fault
  if (!bytesEqual(receiver, accountIdOf(suiteId, receiverPublicKey))) return 'InvalidBinding'
  const ofAmount = amountFault(sender, operation)
  if (ofAmount !== undefined) return ofAmount
  return isActivationCooledDown(sender.lastActivationWindow, time) ? undefined : 'ActivationCooldownNotElapsed'
}

function amountFault(
  sender: AccountRecord,
  { receiver, amount }: Transfer | TransferActivation,
): OperationFault | undefined {
  if (bytesEqual(receiver, sender.accountId)) return 'SelfTransfer'
  if (amount === 0n) return 'ZeroAmount'
  return amount > sender.balance ? 'InsufficientBalance' : undefined
}

function suiteFault(suiteId: number): OperationFault | undefined {
  return suiteId === SUITE_ML_DSA_65 ? undefined : 'UnsupportedSuite'
}

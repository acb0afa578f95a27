import { compareBytes, toHex } from '@montana/foundation'
import { applyOperation } from './apply.js'
import { type Accounts, type OperationFault, type OperationTime, operationFault } from './fault.js'
import type { Operation, SignedOperation } from './operation.js'

/** An operation with the verdict of the crypto stage under `signingKeyOf`. */
export interface JudgedOperation {
  readonly signed: SignedOperation
  readonly isSignatureValid: boolean
}

/** What became of one operation; `fault` is `undefined` when it was applied. */
export interface OperationOutcome {
  readonly hash: Uint8Array
  readonly fault: OperationFault | undefined
}

/** `before` is S_{W−1}, on which operations are judged; `current` what the control objects of W made of it. */
export interface OperationTables {
  readonly before: Accounts
  readonly current: Accounts
}

/**
 * The operations of one window, ascending by op_hash, each judged on S_{W−1}: spec protocol 17.3. An account sends at
 * most one: after it, `prev_hash` of any other no longer is the frontier. An account that two operations would create
 * is created by the first. Throws LedgerError `ArithmeticRange`, which rejects the window.
 */
export function applyOperations(
  { before, current }: OperationTables,
  batch: readonly JudgedOperation[],
  time: OperationTime,
): { accounts: Accounts; outcomes: OperationOutcome[] } {
  const senders = new Set<string>()
  let accounts = current
  const outcomes = byHash(batch).map(({ signed, isSignatureValid }) => {
    const { operation, hash } = signed
    const fault =
      operationFault(before, operation, isSignatureValid, time) ?? conflictOf(operation, { accounts, senders })
    if (fault === undefined) {
      accounts = applyOperation(accounts, signed, time.window)
      senders.add(toHex(operation.sender))
    }
    return { hash, fault }
  })
  return { accounts, outcomes }
}

/** What earlier operations of the batch leave no room for. */
function conflictOf(
  operation: Operation,
  { accounts, senders }: { accounts: Accounts; senders: ReadonlySet<string> },
): OperationFault | undefined {
  if (senders.has(toHex(operation.sender))) return 'InvalidPrevHash'
  const isCreated = operation.type === 'TransferActivation' && accounts.has(operation.receiver)
  return isCreated ? 'ReceiverAlreadyExists' : undefined
}

function byHash(batch: readonly JudgedOperation[]): JudgedOperation[] {
  return [...batch].sort((a, b) => compareBytes(a.signed.hash, b.signed.hash))
}

import { accountIdOf } from '@montana/crypto'
import { bytesEqual } from '@montana/foundation'
import type { AccountRecord } from '../records/account.js'
import type { Operation } from './operation.js'

/** An account that was named by its id before its owner revealed the key: spec protocol 12.5. */
export function isKeyless({ currentPublicKey }: Pick<AccountRecord, 'currentPublicKey'>): boolean {
  return currentPublicKey.every((byte) => byte === 0)
}

/**
 * The key under which the signature of `operation` must verify, `undefined` when no signature can be valid. A keyless
 * account can only reveal the key that its id was made of, signed with that key: spec protocol 17.4.
 */
export function signingKeyOf(
  sender: Pick<AccountRecord, 'accountId' | 'currentPublicKey'>,
  operation: Operation,
): Uint8Array | undefined {
  if (!isKeyless(sender)) return sender.currentPublicKey
  if (operation.type !== 'ChangeKey') return undefined
  const { newSuiteId, newPublicKey } = operation
  return bytesEqual(accountIdOf(newSuiteId, newPublicKey), sender.accountId) ? newPublicKey : undefined
}

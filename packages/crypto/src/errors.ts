import { MontanaError, type MontanaErrorInit } from '@montana/foundation'

export type CryptoErrorCode =
  /** Known answers do not reproduce on this host; the process must not start. */
  | 'CRYPTO_SELFTEST'
  /** A backend call failed for a reason that is not the input's. */
  | 'CRYPTO_BACKEND'
  /** An encapsulation key fails the FIPS 203 check. */
  | 'CRYPTO_KEM_KEY'
  /** An argument has the wrong length: a fault of the caller. */
  | 'CRYPTO_LENGTH'

export class CryptoError extends MontanaError {
  constructor(code: CryptoErrorCode, message: string, init: MontanaErrorInit = {}) {
    super(code, message, init)
    this.name = 'CryptoError'
  }
}

export type MnemonicErrorCode = 'WordCount' | 'UnknownWord' | 'ChecksumMismatch'

/** Words that are not a mnemonic: spec protocol 2. Never carries the words themselves. */
export class MnemonicError extends MontanaError {
  constructor(code: MnemonicErrorCode, message: string, metadata: Readonly<Record<string, unknown>> = {}) {
    super(code, message, { metadata, field: 'mnemonic', exitCode: 78, remedy: 'check the 24 words and their order' })
    this.name = 'MnemonicError'
  }
}

/** `identity.bin` is not what it should be; `field` names the part at fault. Exit 78. */
export class IdentityError extends MontanaError {
  constructor(field: string, message: string, metadata: Readonly<Record<string, unknown>> = {}) {
    super('IDENTITY_INVALID', `identity: ${field} ${message}`, {
      field,
      metadata,
      exitCode: 78,
      remedy: 'restore identity.bin from a backup, or create it again from the 24 words with `montana init --force`',
    })
    this.name = 'IdentityError'
  }
}

export function checkLength(name: string, bytes: Uint8Array, expected: number): void {
  if (bytes.length === expected) return
  throw new CryptoError('CRYPTO_LENGTH', `${name} must be ${expected} bytes, got ${bytes.length}`, {
    field: name,
    metadata: { expected, actual: bytes.length },
  })
}

import { MontanaError, toHex } from '@montana/foundation'

/**
 * The first three are rejections of an envelope (spec protocol 10.1, check 17); `TableCorrupt` is stored data that does not
 * match its hash; the others are faults of the caller.
 */
export type LedgerErrorCode =
  | 'UnknownWinner'
  | 'MissingOperatorAccount'
  | 'ArithmeticRange'
  | 'UnknownConfirmer'
  | 'UnknownAccount'
  | 'TableCorrupt'

/** A window that cannot be settled, or a table that cannot be read. The state at hand is untouched. */
export class LedgerError extends MontanaError {
  declare readonly code: LedgerErrorCode

  constructor(code: LedgerErrorCode, metadata: Readonly<Record<string, unknown>> = {}, message?: string) {
    super(code, message ?? `window cannot be settled: ${code} ${JSON.stringify(metadata)}`, { metadata })
    this.name = 'LedgerError'
  }

  /** `where`: keys as bytes, depths as numbers. */
  static tableCorrupt(what: string, where: Readonly<Record<string, Uint8Array | number | undefined>>): LedgerError {
    const metadata = Object.fromEntries(
      Object.entries(where).map(([name, value]) => [name, value instanceof Uint8Array ? toHex(value) : value]),
    )
    const message = `${what}: ${JSON.stringify(metadata)}; 'montana store check' finds and repairs it`
    return new LedgerError('TableCorrupt', metadata, message)
  }
}

/** Whether a window is at fault, and not the stored tables that it was to be settled on. */
export function isSettleFault(error: unknown): error is LedgerError {
  return error instanceof LedgerError && error.code !== 'TableCorrupt'
}

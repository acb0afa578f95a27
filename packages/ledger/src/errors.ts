import { MontanaError } from '@montana/foundation'

/** The first three are rejections of an envelope (spec protocol 10.1, check 17); the others are faults of the caller. */
export type LedgerErrorCode =
  | 'UnknownWinner'
  | 'MissingOperatorAccount'
  | 'ArithmeticRange'
  | 'UnknownConfirmer'
  | 'UnknownAccount'

/** A window that cannot be settled. The state it was settled on is untouched. */
export class LedgerError extends MontanaError {
  declare readonly code: LedgerErrorCode

  constructor(code: LedgerErrorCode, metadata: Readonly<Record<string, unknown>> = {}) {
    super(code, `window cannot be settled: ${code} ${JSON.stringify(metadata)}`, { metadata })
    this.name = 'LedgerError'
  }
}

import { MontanaError } from '@montana/foundation'

export type TimechainErrorCode =
  | 'TIMECHAIN_BAD_D'
  | 'TIMECHAIN_BAD_SEGMENTS'
  | 'TIMECHAIN_BAD_CLAIM'
  | 'TIMECHAIN_BAD_POLICY'
  | 'TIMECHAIN_BAD_EFFORT'
  | 'TIMECHAIN_BAD_WORK'

/** Misuse by the caller. A value that does not verify is `false`, never an error. */
export class TimechainError extends MontanaError {
  declare readonly code: TimechainErrorCode

  constructor(code: TimechainErrorCode, message: string) {
    super(code, message)
    this.name = 'TimechainError'
  }
}

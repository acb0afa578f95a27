import { MirrorError } from '../contracts/errors.js'

export interface NotYetInit {
  /** Null where only a person ends the wait. */
  readonly waitMs: number | null
  readonly remedy: string
  /** Default BUSY. */
  readonly code?: 'BUSY' | 'PRECONDITION'
}

/** A step that only has to wait: the transaction stands still, nothing is taken back, and the next run goes on with it. */
export class NotYet extends MirrorError {
  constructor(message: string, { waitMs, remedy, code = 'BUSY' }: NotYetInit) {
    super(code, message, { remedy, ...(waitMs !== null && { retryAfterMs: waitMs, metadata: { waitMs } }) })
    this.name = 'NotYet'
  }
}

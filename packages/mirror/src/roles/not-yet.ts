import { MirrorError } from '../contracts/errors.js'

export interface NotYetInit {
  readonly waitMs: number
  readonly remedy: string
}

/** A step that only has to wait: the transaction stands still, nothing is taken back, and the next run goes on with it. */
export class NotYet extends MirrorError {
  constructor(message: string, { waitMs, remedy }: NotYetInit) {
    super('BUSY', message, { remedy, retryAfterMs: waitMs, metadata: { waitMs } })
    this.name = 'NotYet'
  }
}

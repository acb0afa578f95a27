import { MontanaError } from '@montana/foundation'
import { EXT_ERROR, ExtError } from '@montana/network'

/** Under which incidents and findings are filed: a peer gave a window, a proof or a record that does not hold. */
export const PROOF_INVALID = 'PROOF_INVALID'

/** A window that this node, which has the state before it, refuses. */
export class WrongWindow extends MontanaError {
  constructor(window: number) {
    super('WRONG_WINDOW', `window ${window} was rejected`, { metadata: { window } })
    this.name = 'WrongWindow'
  }
}

/** A peer that asks to be left alone for a moment; nothing is held against it. */
export function isBusy(error: unknown): error is ExtError {
  return error instanceof ExtError && (error.extCode === EXT_ERROR.busy || error.extCode === EXT_ERROR.rateLimited)
}

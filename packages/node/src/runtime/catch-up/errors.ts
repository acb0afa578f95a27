import { CodecError } from '@montana/codec'
import { MontanaError } from '@montana/foundation'

/** Under which incidents and findings are filed: a peer gave a window, a proof or a record that does not hold. */
export const PROOF_INVALID = 'PROOF_INVALID'

/** A window that this node, which has the state before it, refuses. */
export class WrongWindow extends MontanaError {
  constructor(window: number) {
    super('WRONG_WINDOW', `window ${window} was rejected`, { metadata: { window } })
    this.name = 'WrongWindow'
  }
}

/** What only somebody who lies, or is broken, sends. */
export function isLie(error: unknown): boolean {
  return error instanceof WrongWindow || error instanceof CodecError
}

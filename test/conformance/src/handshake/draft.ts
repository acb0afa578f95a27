import type { Edit } from './edit.js'
import type { MessageNumber } from './pinned.js'

/** One message, what is changed of it, and what its receiver makes of it. */
export interface Draft {
  readonly name: string
  readonly step: MessageNumber
  readonly base?: MessageNumber
  readonly edit: readonly Edit[]
  /** The remote ends the connection behind the message. */
  readonly ends?: true
  /** PeerId that the initiator dialled. */
  readonly dialled?: string
  /** A code, or `ok`. */
  readonly end: string
  /** Messages that the role may have sent by then. */
  readonly sent?: number
}

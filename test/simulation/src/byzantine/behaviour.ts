import type { OutgoingMessage } from '@montana/consensus'
import type { Process } from '../node/process.js'

/** How a dishonest member differs from the honest engine that it runs: it changes what it says to each peer. */
export interface Behaviour {
  readonly name: string
  /** What really goes to peer `to` instead of `message`. */
  outgoing(process: Process, to: number, message: OutgoingMessage): readonly OutgoingMessage[]
}

import type { OutgoingMessage } from '@montana/consensus'
import type { Dice } from '../kernel/dice.js'
import type { Process } from '../node/process.js'

/** What really goes to peer `to` instead of `message`. */
export type Outgoing = (process: Process, to: number, message: OutgoingMessage) => readonly OutgoingMessage[]

/** How a dishonest member differs from the honest engine that it runs: it changes what it says to each peer. */
export interface Behaviour {
  readonly name: string
  readonly outgoing: Outgoing
}

/** Makes one behaviour of one member; `dice` is its own. */
export type BehaviourFactory = (dice: Dice) => Outgoing

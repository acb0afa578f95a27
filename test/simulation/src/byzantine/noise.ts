import { type OutgoingMessage, revealScope } from '@montana/consensus'
import { concatBytes } from '@montana/foundation'
import type { Dice } from '../kernel/dice.js'
import type { BehaviourFactory } from './behaviour.js'

/** Messages that a replaying member keeps. */
const MEMORY = 256

/** Says nothing: its slots stay empty too. */
export const mute: BehaviourFactory = () => () => []

/** Confirms and votes, but proposes nothing. */
export const silentSlot: BehaviourFactory = () => (_, __, message) => {
  return message.kind === 'draft' || message.kind === 'propose' ? [] : [message]
}

/** Every message reaches some peers only. */
export const partial: BehaviourFactory = (dice) => (_, __, message) => (dice.chance(0.5) ? [message] : [])

/** Sends whatever it ever sent again, at any time. */
export const replaying: BehaviourFactory = (dice) => {
  const old: OutgoingMessage[] = []
  return (_, __, message) => {
    old.push(message)
    if (old.length > MEMORY) old.shift()
    return [message, dice.pick(old)]
  }
}

/** Speaks in the name of another member, with the only signature that it can make. */
export const forging: BehaviourFactory = (dice) => (process, _, message) => {
  const { tables, context } = process.state.chain
  const nodeId = dice.pick([...tables.nodes.entries()]).nodeId
  const { window } = message
  const scope = revealScope({ nodeId, window, endpoint: context.timechainValue })
  const forged = { kind: 'reveal', window, payload: concatBytes(scope, process.init.signer.sign(scope)) } as const
  return [message, forged]
}

/** Cuts, grows and flips what it sends, besides sending it. */
export const garbage: BehaviourFactory = (dice) => (_, __, message) => {
  return [message, { ...message, payload: spoil(dice, message.payload) }]
}

function spoil(dice: Dice, payload: Uint8Array): Uint8Array {
  if (dice.chance(0.3)) return payload.slice(0, dice.integer(0, payload.length))
  const whole = dice.chance(0.5) ? payload.slice() : concatBytes(payload, new Uint8Array(dice.integer(1, 64)))
  const at = dice.integer(0, whole.length - 1)
  whole[at] = (whole[at] ?? 0) ^ (1 << dice.integer(0, 7))
  return whole
}

import { confirmationScope, decodeConfirmation, type OutgoingMessage, revealScope } from '@montana/consensus'
import { concatBytes } from '@montana/foundation'
import type { Dice } from '../kernel/dice.js'
import type { Process } from '../node/process.js'
import type { Behaviour } from './behaviour.js'

type Outgoing = Behaviour['outgoing']
type Factory = (dice: Dice) => Outgoing

/** Messages that a replaying member keeps. */
const MEMORY = 256

const FACTORIES: Readonly<Record<string, Factory>> = {
  mute: () => () => [],
  partial: (dice) => (_, __, message) => (dice.chance(0.5) ? [message] : []),
  'wrong-clock': () => (process, _, message) => [alterConfirmation(process, message, 0xff)],
  'double-confirmation': () => (process, to, message) => [to % 2 ? message : alterConfirmation(process, message, 0x01)],
  replaying,
  forging,
  garbage,
}

/** `undefined` for an honest node; of several names each gets the messages of the one before. */
export function createBehaviour(names: readonly string[], dice: Dice): Behaviour | undefined {
  const [first] = names
  if (first === undefined) return undefined
  const outgoings = names.map((name) => factoryOf(name)(dice))
  return {
    name: names.join('+'),
    outgoing: (process, to, message) =>
      outgoings.reduce<readonly OutgoingMessage[]>(
        (messages, outgoing) => messages.flatMap((m) => outgoing(process, to, m)),
        [message],
      ),
  }
}

function factoryOf(name: string): Factory {
  const factory = FACTORIES[name]
  if (!factory) throw new RangeError(`no behaviour '${name}'`)
  return factory
}

/** Confirms another clock value than its own, properly signed. */
function alterConfirmation(process: Process, message: OutgoingMessage, mask: number): OutgoingMessage {
  if (message.kind !== 'confirmation') return message
  const { nodeId, endpoint, window, opHashes, revealHashes } = decodeConfirmation(message.payload)
  const scope = confirmationScope({
    nodeId,
    endpoint: endpoint.map((byte) => byte ^ mask),
    window,
    opHashes,
    revealHashes,
  })
  return { ...message, payload: concatBytes(scope, process.init.signer.sign(scope)) }
}

/** Sends whatever it ever sent again, at any time. */
function replaying(dice: Dice): Outgoing {
  const old: OutgoingMessage[] = []
  return (_, __, message) => {
    old.push(message)
    if (old.length > MEMORY) old.shift()
    return [message, dice.pick(old)]
  }
}

/** Speaks in the name of another member, with the only signature that it can make. */
function forging(dice: Dice): Outgoing {
  return (process, _, message) => {
    const others = [...process.state.chain.tables.nodes.entries()].map(({ nodeId }) => nodeId)
    const nodeId = dice.pick(others)
    const { window } = message
    const scope = revealScope({ nodeId, window, endpoint: process.state.chain.context.timechainValue })
    const forged = { kind: 'reveal', window, payload: concatBytes(scope, process.init.signer.sign(scope)) } as const
    return [message, forged]
  }
}

/** Cuts, grows and flips what it sends, besides sending it. */
function garbage(dice: Dice): Outgoing {
  return (_, __, message) => [message, { ...message, payload: spoil(dice, message.payload) }]
}

function spoil(dice: Dice, payload: Uint8Array): Uint8Array {
  const cut = payload.slice(0, dice.integer(0, payload.length))
  if (dice.chance(0.3)) return cut
  const whole = dice.chance(0.5) ? payload.slice() : concatBytes(payload, new Uint8Array(dice.integer(1, 64)))
  const at = dice.integer(0, whole.length - 1)
  whole[at] = (whole[at] ?? 0) ^ (1 << dice.integer(0, 7))
  return whole
}

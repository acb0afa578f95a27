import { type ChainState, type OutgoingMessage, windowWeights } from '@montana/consensus'
import type { Dice } from '../kernel/dice.js'
import { decodeMessage } from '../node/decode.js'
import type { Process } from '../node/process.js'
import type { Behaviour, BehaviourFactory } from './behaviour.js'
import {
  doubleConfirmation,
  doubleVote,
  eagerPrecommit,
  falseValidRound,
  falseWinner,
  nilVoter,
  wrongClock,
  wrongDraftClock,
  wrongRoot,
} from './lies.js'
import { forging, garbage, mute, partial, replaying, silentSlot } from './noise.js'
import { repeatedSigner } from './padding.js'
import { twoDrafts } from './twin.js'
import { provenRival, rivalDraft } from './usurper.js'

const FACTORIES: Readonly<Record<string, BehaviourFactory>> = {
  mute,
  'silent-slot': silentSlot,
  partial,
  replaying,
  forging,
  garbage,
  'wrong-clock': wrongClock,
  'double-confirmation': doubleConfirmation,
  'nil-voter': nilVoter,
  'double-vote': doubleVote,
  'eager-precommit': eagerPrecommit,
  'false-valid-round': falseValidRound,
  'wrong-root': wrongRoot,
  'wrong-draft-clock': wrongDraftClock,
  'false-winner': falseWinner,
  'two-drafts': twoDrafts,
  'repeated-signer': repeatedSigner,
  'rival-draft': rivalDraft,
  'proven-rival': provenRival,
}

export const BEHAVIOUR_NAMES: readonly string[] = Object.keys(FACTORIES)

/** `undefined` for an honest node; of several names each gets the messages of the one before. */
export function createBehaviour(names: readonly string[], dice: Dice): Behaviour | undefined {
  if (names.length === 0) return undefined
  const outgoings = names.map((name) => factoryOf(name)(dice))
  return {
    name: names.join('+'),
    outgoing: (process, to, message) => {
      if (!isTolerable(process)) return [message]
      return outgoings.reduce<readonly OutgoingMessage[]>(
        (messages, outgoing) => messages.flatMap((one) => (isWellFormed(one) ? outgoing(process, to, one) : [one])),
        [message],
      )
    },
  }
}

/** What one behaviour spoilt, the next one cannot read. */
function isWellFormed(message: OutgoingMessage): boolean {
  return decodeMessage(message).type !== 'malformed'
}

const tolerable = new WeakMap<ChainState, boolean>()

/**
 * Nothing is promised beyond a weight of a − Q (spec protocol 11.2), so whoever weighs more behaves; nor for window 1,
 * whose only slot is the bootstrap operator's (9.3).
 */
function isTolerable({ state, nodeId }: Process): boolean {
  const known = tolerable.get(state.chain)
  if (known !== undefined) return known
  const weights = windowWeights(state.chain)
  const isSmall = state.chain.context.window > 0 && weights.of(nodeId) <= weights.active - weights.quorum
  tolerable.set(state.chain, isSmall)
  return isSmall
}

function factoryOf(name: string): BehaviourFactory {
  const factory = FACTORIES[name]
  if (!factory) throw new RangeError(`no behaviour '${name}'`)
  return factory
}

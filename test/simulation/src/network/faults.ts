import type { Dice } from '../kernel/dice.js'

/** What links do to messages while faults are on; probabilities per message. */
export interface LinkFaults {
  readonly loss: number
  readonly duplicate: number
  /** A message sent earlier over the link comes once more. */
  readonly replay: number
  /** … and arrives this late at most, ms: reordering. */
  readonly straggle: number
  readonly straggleMaxMs: number
}

export const NO_LINK_FAULTS: LinkFaults = { loss: 0, duplicate: 0, replay: 0, straggle: 0, straggleMaxMs: 0 }

/** Base delay of each directed link, fixed for a run: mean 30 … 100 ms with jitter around it (reliability goal 1). */
export interface LinkDelay {
  readonly meanMs: number
  readonly jitterMs: number
}

export function drawDelay(dice: Dice): LinkDelay {
  const meanMs = dice.between(30, 100)
  return { meanMs, jitterMs: dice.between(0, meanMs / 2) }
}

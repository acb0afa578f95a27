import {
  PROPOSE_TIMEOUT_MIN_MS,
  PROPOSE_TIMEOUT_ROUNDS_MAX,
  PROPOSE_TIMEOUT_TICKS,
  VOTE_TIMEOUT_MAX_MS,
  VOTE_TIMEOUT_MS,
  VOTE_TIMEOUT_STEP_MS,
} from '../../constants.js'
import { graceMs } from '../draft.js'
import type { Run } from '../run.js'

/** How long others wait for the slot holder of a round, ms: spec protocol 11.2 rule 7. */
export function proposeTimeoutMs(run: Run, round: number): number {
  const { lastTickMs } = run.state
  const base = Math.max(PROPOSE_TIMEOUT_MIN_MS, PROPOSE_TIMEOUT_TICKS * lastTickMs)
  return base * Math.min(round, PROPOSE_TIMEOUT_ROUNDS_MAX) + graceMs(run)
}

/** How long a quorum that does not agree is given to agree, ms. */
export function voteTimeoutMs(round: number): number {
  return Math.min(VOTE_TIMEOUT_MAX_MS, VOTE_TIMEOUT_MS + VOTE_TIMEOUT_STEP_MS * (round - 1))
}

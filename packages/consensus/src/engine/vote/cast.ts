import { toHex } from '@montana/foundation'
import { ZERO_HASH } from '../../constants.js'
import { PRECOMMIT, PREVOTE, voteMessage, voteScope } from '../../objects/vote.js'
import type { Run } from '../run.js'
import { headOf } from '../state.js'
import { voteKey } from '../tally.js'

/** A vote for no value, hex. */
export const NIL = toHex(ZERO_HASH)

/** Asks for the signature of a vote, unless this node has one for that round and phase already. */
export function castVote(run: Run, round: number, phase: number, value: string): void {
  const { selfNodeId: nodeId, genesisHash } = run.config
  const window = headOf(run.state) + 1
  if (run.state.own.votes.get(window)?.has(voteKey(round, phase))) return
  const bytes = value === NIL ? ZERO_HASH : new Uint8Array(Buffer.from(value, 'hex'))
  const scope = voteScope({ nodeId, window, round, phase, value: bytes })
  run.sign({ kind: 'vote', window, scope, message: voteMessage(genesisHash, scope) })
}

/**
 * A member that was taken into a later round never voted in the one before. While just a quorum is alive the others may
 * wait there for its vote for ever. A vote for nil commits it to nothing and helps no value, and lets them follow.
 */
export function castSkipped(run: Run): void {
  const round = run.state.vote.round - 1
  if (round < 1) return
  for (const phase of [PREVOTE, PRECOMMIT]) castVote(run, round, phase, NIL)
}

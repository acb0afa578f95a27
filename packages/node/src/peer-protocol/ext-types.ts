import { EXT_TYPE } from '@montana/network'

/** Extension messages that carry the vote on a window: spec protocol 14.1. */
export const VOTE_TYPES = { draft: EXT_TYPE.draft, propose: EXT_TYPE.propose, vote: EXT_TYPE.cementVote } as const

export function isVoteKind(kind: string): kind is keyof typeof VOTE_TYPES {
  return kind in VOTE_TYPES
}

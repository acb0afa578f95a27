import { toHex } from '@montana/foundation'
import { type AcceptedProposal, type AuthenticatedEnvelope, acceptEnvelope } from '../acceptance.js'
import type { ChainState } from '../chain-state.js'
import { cementValue, contextHash, encodeContext } from '../context.js'
import type { RejectionCode } from '../errors.js'
import { proposalHash } from '../objects/header.js'
import { sealSettled } from '../settle.js'
import type { Run } from './run.js'

/** S_W of an accepted proposal and what is derived from it: everything that a commit, or a vote, speaks about. */
export interface SealedWindow {
  readonly chain: ChainState
  readonly encodedContext: Uint8Array
  readonly contextHash: Uint8Array
  /** value(W): spec protocol 11.1. */
  readonly value: Uint8Array
  readonly valueHex: string
}

/** What acceptance says of an envelope for head + 1, the own clock left aside. */
export type Verdict =
  | { readonly ok: true; readonly proposal: AcceptedProposal; readonly sealed: SealedWindow }
  | { readonly ok: false; readonly code: RejectionCode }

export function judge(run: Run, candidate: AuthenticatedEnvelope): Verdict {
  const { rule } = run.config
  const verdict = acceptEnvelope({ state: run.state.chain, rule, ownTimechainValue: undefined }, candidate)
  return verdict.ok ? { ok: true, proposal: verdict.proposal, sealed: seal(verdict.proposal) } : verdict
}

function seal({ envelope, settled }: AcceptedProposal): SealedWindow {
  const chain = sealSettled(settled, proposalHash(envelope.header.scope))
  const encodedContext = encodeContext(chain.context)
  const hash = contextHash(encodedContext)
  const value = cementValue(chain.context.proposalHash, hash)
  return { chain, encodedContext, contextHash: hash, value, valueHex: toHex(value) }
}

import {
  assembleDraft,
  type ChainState,
  type Confirmation,
  cementedReveals,
  cementValue,
  confirmationScope,
  contextHash,
  decodeConfirmation,
  decodeEnvelope,
  decodeVote,
  eligibleReveals,
  encodeCertificate,
  encodeContext,
  encodeEnvelope,
  type HeaderFields,
  headerScope,
  PRECOMMIT,
  proposalHash,
  proposerRule,
  sealSettled,
  settleWindow,
  voteMessage,
  voteScope,
} from '@montana/consensus'
import { compareBytes, concatBytes } from '@montana/foundation'
import { composeStateRoot } from '@montana/ledger'
import { type Cohort, operatorOf, signersOf } from './cohort.js'

/** One cemented window, signed by the whole cohort. */
export interface BuiltWindow {
  readonly window: number
  /** S_window as far as the engine's functions know it: without the synthetic accounts. */
  readonly after: ChainState
  readonly header: HeaderFields
  readonly proposalHash: Uint8Array
  readonly envelope: Uint8Array
  readonly evidence: readonly Confirmation[]
  readonly context: Uint8Array
  readonly contextHash: Uint8Array
  readonly cementValue: Uint8Array
  readonly certificate: Uint8Array
}

export interface WindowModules {
  readonly cohort: Cohort
  /** T_r(W) from T_r(W − 1). */
  grind(value: Uint8Array, steps: number): Promise<Uint8Array>
  /** The account root that the header of this window names; absent: that of the engine's own table. */
  accountRoot?(after: ChainState): Uint8Array
}

/**
 * The window after `before`, by the functions with which a node drafts and settles. Where the accounts are synthetic the
 * header names their root in place of that of the small table; nothing else of a window depends on accounts that no
 * operator owns.
 */
export async function buildWindow(
  modules: WindowModules,
  before: ChainState,
  confirmers: readonly Confirmation[],
): Promise<BuiltWindow> {
  const { cohort } = modules
  const timechainValue = await modules.grind(before.context.timechainValue, before.context.nextD)
  const evidence = await confirmationsOf(cohort, before, timechainValue)
  const proposer = operatorOf(cohort, proposerRule(cohort.document).fallbackList(before)[0])
  const { nodeId } = proposer.identity
  const lists = { confirmers, evidence, control: [] }
  const draft = assembleDraft(before, { proposerNodeId: nodeId, fallbackDepth: 1, timechainValue, ...lists })
  const candidates = cementedReveals(before, evidence)
  const { winnerId } = draft.header
  const settled = settleWindow(before, { timechainValue, ...lists, candidates, winnerId, controlSignatures: [] })
  const header = withAccounts(draft.header, modules.accountRoot?.(settled.state))
  const scope = headerScope(header)
  const envelope = encodeEnvelope({ ...draft, header: concatBytes(scope, await proposer.signer.sign(scope)) })
  const after = sealSettled(settled, proposalHash(scope))
  return { header, envelope, after, evidence: decodeEnvelope(envelope).evidence, ...(await cement(cohort, after)) }
}

function withAccounts(header: HeaderFields, accountRoot: Uint8Array | undefined): HeaderFields {
  if (!accountRoot) return header
  return { ...header, accountRoot, stateRoot: composeStateRoot(header.nodeRoot, header.candidateRoot, accountRoot) }
}

async function confirmationsOf(cohort: Cohort, before: ChainState, endpoint: Uint8Array): Promise<Confirmation[]> {
  const window = before.context.window + 1
  const revealHashes = eligibleReveals(before)
    .map(({ hash }) => hash)
    .sort(compareBytes)
  return await Promise.all(
    signersOf(cohort, before).map(async ({ identity, signer }) => {
      const scope = confirmationScope({ nodeId: identity.nodeId, endpoint, window, opHashes: [], revealHashes })
      return decodeConfirmation(concatBytes(scope, await signer.sign(scope)))
    }),
  )
}

/** The precommits of the cohort over the value of its window: spec protocol 11.1. */
async function cement(cohort: Cohort, after: ChainState) {
  const { window, proposalHash: hash } = after.context
  const context = encodeContext(after.context)
  const hashed = contextHash(context)
  const value = cementValue(hash, hashed)
  const votes = await Promise.all(
    signersOf(cohort, after).map(async ({ identity, signer }) => {
      const scope = voteScope({ nodeId: identity.nodeId, window, round: 1, phase: PRECOMMIT, value })
      return decodeVote(concatBytes(scope, await signer.sign(voteMessage(cohort.genesisHash, scope))))
    }),
  )
  const certificate = encodeCertificate({ window, proposalHash: hash, contextHash: hashed, round: 1, votes })
  return { window, proposalHash: hash, context, contextHash: hashed, cementValue: value, certificate }
}

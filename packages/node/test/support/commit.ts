import {
  bundleHash,
  type CementVote,
  cementValue,
  contextHash,
  decodeEnvelope,
  encodeCertificate,
  encodeContext,
  PRECOMMIT,
  PREVOTE,
} from '@montana/consensus'
import { bytesEqual } from '@montana/foundation'
import { stateChanges } from '@montana/ledger'
import type { JournalAppend, Store, WindowCommit } from '@montana/store'
import type { BuiltWindow } from './chain.js'
import { signPropose, signVote } from './objects.js'
import { memberNamed, signersOf, type World } from './world.js'

/** Windows whose journal entries a node keeps. */
const JOURNAL_WINDOWS = 4

/** What a built window says, as the store wants it. */
export function commitOf({ before, after, envelope }: BuiltWindow): WindowCommit {
  const { header } = decodeEnvelope(envelope)
  const context = encodeContext(after.context)
  const hashed = contextHash(context)
  return {
    window: header.window,
    proposalHash: after.context.proposalHash,
    stateRoot: header.stateRoot,
    timechainValue: header.timechainValue,
    contextHash: hashed,
    cementValue: cementValue(after.context.proposalHash, hashed),
    cba: after.context.aggregatePrev1,
    envelope,
    context,
    changes: stateChanges(before.tables, after.tables),
    appliedAtMs: 1_000 * header.window,
    pruneJournalBelow: Math.max(0, header.window - JOURNAL_WINDOWS),
  }
}

/** The certificate of a built window with the precommits of its first `count` signers. */
export async function certificateOf(world: World, built: BuiltWindow, round: number, count = 99): Promise<Uint8Array> {
  const { window, proposalHash, contextHash: hashed } = commitOf(built)
  const votes = await votesOf(world, built, round, PRECOMMIT)
  return encodeCertificate({ window, proposalHash, contextHash: hashed, round, votes: votes.slice(0, count) })
}

function votesOf(world: World, built: BuiltWindow, round: number, phase: number): Promise<CementVote[]> {
  const { window, cementValue: value } = commitOf(built)
  return Promise.all(signersOf(world, built.before).map((by) => signVote(world, by, { window, round, phase, value })))
}

/** Journal and commit of one member, in the order of its node; in an `evidence` network attestations follow the commit. */
export async function commitWindow(world: World, store: Store, built: BuiltWindow, member: number): Promise<void> {
  const isVoting = world.document.cementingRule === 'vote'
  const round = isVoting ? 1 : 0
  const commit = commitOf(built)
  const { window } = commit
  const certificate = await certificateOf(world, built, round)
  const statements = await statementsOf(world, built, round, member)
  const isBefore = ({ kind }: JournalAppend) => isVoting || kind === 'header'
  for (const entry of statements.filter(isBefore)) store.journal.append(entry)
  store.commit({ ...commit, ...(isVoting && { certificate }) })
  for (const entry of statements.filter((one) => !isBefore(one))) store.journal.append(entry)
  if (!isVoting) store.certificates.put(window, certificate)
}

/** What `member` signed for the window. */
async function statementsOf(world: World, built: BuiltWindow, round: number, member: number): Promise<JournalAppend[]> {
  const { header, evidence } = decodeEnvelope(built.envelope)
  const { window, proposalHash, cementValue: value } = commitOf(built)
  const { nodeId } = (world.members[member] ?? world.candidate).identity
  const own = <T extends { nodeId: Uint8Array }>(list: readonly T[]) =>
    list.filter((one) => bytesEqual(one.nodeId, nodeId))
  const plain = { window, round: 0, phase: 0 }
  const entries: JournalAppend[] = []
  if (bytesEqual(header.proposerNodeId, nodeId)) {
    entries.push({ ...plain, kind: 'header', hash: proposalHash, bytes: built.envelope })
    if (round > 0) {
      const propose = await signPropose(world, memberNamed(world, nodeId), { window, round, value, proposalHash })
      entries.push({ ...plain, kind: 'propose', round, hash: value, bytes: propose.bytes })
    }
  }
  for (const { scope, bytes } of own(evidence)) entries.push({ ...plain, kind: 'bc', hash: bundleHash(scope), bytes })
  for (const phase of round > 0 ? [PREVOTE, PRECOMMIT] : [PRECOMMIT]) {
    for (const { bytes } of own(await votesOf(world, built, round, phase))) {
      entries.push({ window, kind: 'vote', round, phase, hash: value, bytes })
    }
  }
  return entries
}

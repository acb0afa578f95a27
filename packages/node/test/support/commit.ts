import {
  bundleHash,
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
import { type Member, signersOf, type World } from './world.js'

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
  const { window, proposalHash, contextHash: hashed, cementValue: value } = commitOf(built)
  const signers = signersOf(world, built.before).slice(0, count)
  const votes = await Promise.all(signers.map((by) => signVote(world, by, { window, round, value })))
  return encodeCertificate({ window, proposalHash, contextHash: hashed, round, votes })
}

/** Journal and commit of one member, in the order of its node; in an `evidence` network attestations follow the commit. */
export async function commitWindow(
  world: World,
  store: Store,
  built: BuiltWindow,
  { member, certificate }: { member: number; certificate: Uint8Array },
): Promise<void> {
  const isVoting = world.document.cementingRule === 'vote'
  const commit = commitOf(built)
  const statements = await statementsOf(world, built, roundOf(world), memberAt(world, member))
  const isBefore = ({ kind }: JournalAppend) => isVoting || kind === 'header'
  store.journal.appendAll(statements.filter(isBefore))
  store.commit({ ...commit, ...(isVoting && { certificate }) })
  store.journal.appendAll(statements.filter((one) => !isBefore(one)))
  if (!isVoting) store.certificates.put(commit.window, certificate)
}

/** The round in which the windows of a world are cemented. */
export function roundOf({ document }: World): number {
  return document.cementingRule === 'vote' ? 1 : 0
}

function memberAt({ members, candidate }: World, index: number): Member {
  return members[index] ?? candidate
}

/** What one of the signers signed for the window; nothing while it is no member. */
async function statementsOf(world: World, built: BuiltWindow, round: number, by: Member): Promise<JournalAppend[]> {
  const { header, evidence } = decodeEnvelope(built.envelope)
  const { window, proposalHash, cementValue: value } = commitOf(built)
  const { nodeId } = by.identity
  if (!signersOf(world, built.before).includes(by)) return []
  const plain = { window, round: 0, phase: 0 }
  const entries: JournalAppend[] = []
  if (bytesEqual(header.proposerNodeId, nodeId)) {
    entries.push({ ...plain, kind: 'header', hash: proposalHash, bytes: built.envelope })
    if (round > 0) {
      const { bytes } = await signPropose(world, by, { window, round, value, proposalHash })
      entries.push({ ...plain, kind: 'propose', round, hash: value, bytes })
    }
  }
  const own = evidence.filter((one) => bytesEqual(one.nodeId, nodeId))
  for (const { scope, bytes } of own) entries.push({ ...plain, kind: 'bc', hash: bundleHash(scope), bytes })
  for (const phase of round > 0 ? [PREVOTE, PRECOMMIT] : [PRECOMMIT]) {
    const { bytes } = await signVote(world, by, { window, round, phase, value })
    entries.push({ window, kind: 'vote', round, phase, hash: value, bytes })
  }
  return entries
}

import { toHex } from '@montana/foundation'
import type { NodeRegistration } from '@montana/ledger'
import { registrationHash } from '@montana/ledger'
import type { ChainState } from '../chain-state.js'
import type { Confirmation } from '../objects/confirmation.js'
import { decodeConfirmation } from '../objects/confirmation.js'
import { decodeEnvelope } from '../objects/envelope.js'
import { decodePropose } from '../objects/propose.js'
import { decodeVote, PREVOTE } from '../objects/vote.js'
import type { JournalEntry } from './effects.js'
import {
  type ByNode,
  type ByWindow,
  type EngineState,
  indexByNode,
  type OwnMessages,
  type PendingRegistration,
  type RecentWindow,
  revealEntry,
  type VotesOfWindow,
} from './state.js'
import { voteKey } from './tally.js'
import type { StoredLock } from './vote/lock-record.js'
import { journaledLock, restoreVote } from './vote/restore.js'

export interface Restored {
  readonly chain: ChainState
  /** Stored envelope of the head, absent at genesis. */
  readonly headEnvelope: Uint8Array | undefined
  readonly recent: ReadonlyMap<number, RecentWindow>
  /** Journal entries of the head and later. */
  readonly journal: readonly JournalEntry[]
  /** Bodies that this node vouched for. */
  readonly registrations: readonly NodeRegistration[]
  /** From which window on the journal is known to be whole; undefined for a store that has just been made. */
  readonly signFrom: number | undefined
}

/**
 * The state of a process that has just started over what its store holds. `sinceHeadMs`: how long ago the head was applied,
 * as far as that is known: its pacing goes on from there.
 */
export function restoreState(restored: Restored, nowMs: number, sinceHeadMs = 0): EngineState {
  const { chain, recent, journal } = restored
  const headEnvelope = restored.headEnvelope && decodeEnvelope(restored.headEnvelope)
  const head = chain.context.window
  const lock = journaledLock(journal, head + 1)
  const own = restoreOwn(journal, head, lock?.draft)
  const ownReveals = [...own.reveals].map(([window, bytes]) => [window, new Map([revealEntry(bytes)])] as const)
  return {
    chain,
    headEnvelope,
    values: recent,
    clockValue: undefined,
    grindStartedMs: nowMs,
    lastTickMs: 0,
    appliedAtMs: nowMs - sinceHeadMs,
    periodMs: 0,
    confirmations: restorePool(own, head, headEnvelope?.evidence ?? []),
    reveals: new Map(ownReveals),
    votes: restoreVotes(own, head + 1, lock),
    vote: restoreVote(journal, head, nowMs),
    own,
    registrations: restoreRegistrations(restored.registrations),
    signing: new Set(),
    held: undefined,
    proving: undefined,
    quorumAtMs: undefined,
    resentAtMs: nowMs,
    reported: new Set(),
    signFrom: restored.signFrom,
    statedHeads: new Map(),
    halted: undefined,
  }
}

function restoreOwn(journal: readonly JournalEntry[], head: number, lockedDraft: Uint8Array | undefined): OwnMessages {
  const of = (kind: JournalEntry['kind']) => journal.filter((entry) => entry.kind === kind)
  const confirmations = of('confirmation').map((entry) => [entry.window, decodeConfirmation(entry.bytes)] as const)
  const proposals = of('propose').filter(({ window }) => window === head + 1)
  const votes = new Map<number, Map<string, Uint8Array>>()
  for (const { window, round, phase, bytes } of of('vote')) {
    votes.set(window, (votes.get(window) ?? new Map()).set(voteKey(round, phase), bytes))
  }
  return {
    reveals: new Map(of('reveal').map((entry) => [entry.window, entry.bytes])),
    confirmations: new Map(confirmations),
    votes,
    proposals: new Map(proposals.map(({ bytes }) => [decodePropose(bytes).round, bytes])),
    draft: of('header').find((entry) => entry.window === head + 1)?.bytes,
    lockedDraft,
  }
}

/** Own confirmations, and for the head also its evidence, all of which the next draft must credit. */
function restorePool(
  own: OwnMessages,
  head: number,
  evidence: readonly Confirmation[],
): ByWindow<ByNode<Confirmation>> {
  const pool = new Map([...own.confirmations].map(([window, own]) => [window, indexByNode([own])] as const))
  return pool.set(head, new Map([...(pool.get(head) ?? []), ...indexByNode(evidence)]))
}

/** The own votes, and on the open window the prevotes that prove the lock. */
function restoreVotes(own: OwnMessages, window: number, lock: StoredLock | undefined): ByWindow<VotesOfWindow> {
  const votes = new Map([...own.votes].map(([of, list]) => [of, poolOf(list)]))
  if (!lock || lock.prevotes.length === 0) return votes
  const key = voteKey(lock.validRound, PREVOTE)
  const ofWindow = votes.get(window)
  const ofRound = new Map([...indexByNode(lock.prevotes), ...(ofWindow?.get(key) ?? [])])
  return votes.set(window, new Map(ofWindow).set(key, ofRound))
}

function poolOf(votes: ReadonlyMap<string, Uint8Array>): VotesOfWindow {
  return new Map([...votes].map(([key, bytes]) => [key, indexByNode([decodeVote(bytes)])]))
}

function restoreRegistrations(bodies: readonly NodeRegistration[]): Map<string, PendingRegistration> {
  return new Map(
    bodies.map((registration) => {
      const hash = registrationHash(registration.bytes)
      return [toHex(hash), { registration, hash, proof: 'proven' }] as const
    }),
  )
}

import { toHex } from '@montana/foundation'
import { decodePropose } from '../../objects/propose.js'
import { PRECOMMIT } from '../../objects/vote.js'
import type { JournalEntry } from '../effects.js'
import { decodeLock, type StoredLock } from './lock-record.js'
import { freshVote, type Lock, NO_LOCK, type VoteState, type VoteStep } from './state.js'

/** Where this node stood in the vote on head + 1, from what it signed; its drafts are taken in again by `start`. */
export function restoreVote(journal: readonly JournalEntry[], head: number, nowMs: number): VoteState {
  const open = journal.filter(({ window }) => window === head + 1)
  const rounds = open.filter(({ kind }) => kind === 'vote' || kind === 'propose').map(({ round }) => round)
  const lock = restoreLock(open)
  const round = Math.max(0, lock.validRound, ...rounds)
  const proposes = open.filter(({ kind }) => kind === 'propose').map(({ bytes }) => decodePropose(bytes))
  return {
    ...freshVote(nowMs),
    round,
    step: stepOf(open, round),
    lock,
    proposals: new Map(proposes.map((propose) => [propose.round, propose])),
    hashes: new Map(proposes.map(({ value, proposalHash }) => [toHex(value), proposalHash])),
  }
}

function stepOf(open: readonly JournalEntry[], round: number): VoteStep {
  const phases = open.filter((entry) => entry.kind === 'vote' && entry.round === round).map(({ phase }) => phase)
  if (phases.includes(PRECOMMIT)) return 'precommit'
  return phases.length > 0 ? 'prevote' : 'propose'
}

function restoreLock(open: readonly JournalEntry[]): Lock {
  const entry = open.find(({ kind }) => kind === 'lock')
  if (!entry) return NO_LOCK
  const { lockedRound, lockedValue, validRound, validValue } = decodeLock(entry.bytes)
  return { lockedRound, lockedValue, validRound, validValue }
}

/** The draft that a quorum prevoted and those prevotes, as the journal holds them. */
export function journaledLock(journal: readonly JournalEntry[], window: number): StoredLock | undefined {
  const entry = journal.find((one) => one.window === window && one.kind === 'lock')
  return entry && decodeLock(entry.bytes)
}

import {
  FORGETFUL_RESTARTS,
  HEAVY_LOSS,
  lying,
  PROVEN_RIVAL,
  RESTARTS,
  RIVAL,
  RIVAL_AND_RESTARTS,
} from './circumstances.js'
import type { PlantedBug } from './planted-bug.js'
import type { SourcePatch } from './source-patch.js'

const consensus = (file: string, find: string, replace: string): SourcePatch => {
  return { file: `packages/consensus/dist/${file}`, find, replace }
}
const ledger = (file: string, find: string, replace: string): SourcePatch => {
  return { file: `packages/ledger/dist/${file}`, find, replace }
}

/** Rules of the vote and of what is signed. */
export const VOTE_BUGS: readonly PlantedBug[] = [
  {
    name: 'votes-despite-lock',
    what: 'a locked member prevotes another value',
    invariants: [1],
    plan: RIVAL,
    patch: consensus('engine/vote/rounds.js', '(lockedRound === 0 || lockedValue === value)', 'true'),
  },
  {
    name: 'unlock-without-proof',
    what: 'a claimed earlier quorum of prevotes is believed',
    invariants: [1],
    plan: PROVEN_RIVAL,
    patch: consensus('engine/vote/rounds.js', '!hasQuorum(run, propose.validRound, PREVOTE, value)', 'false'),
  },
  {
    name: 'lock-dropped-on-restart',
    what: 'the lock of the journal is not restored',
    invariants: [1],
    plan: RIVAL_AND_RESTARTS,
    patch: consensus('engine/vote/restore.js', 'const lock = restoreLock(open)', 'const lock = NO_LOCK'),
  },
  {
    name: 'lock-not-journaled',
    what: 'a lock lives in memory only',
    invariants: [11],
    patch: consensus('engine/vote/rounds.js', "run.emit({ type: 'journal', entry })", 'void entry'),
  },
  {
    name: 'precommit-without-quorum',
    what: 'any prevotes make a precommit',
    invariants: [1, 6],
    patch: consensus('engine/tally.js', 'windowWeights(run.state.chain).quorum', '1'),
  },
  {
    name: 'votes-weigh-double',
    what: 'each vote counts twice',
    invariants: [1, 6],
    patch: consensus('engine/tally.js', 'sum += weights.of', 'sum += 2 * weights.of'),
  },
  {
    name: 'vote-before-journal',
    what: 'a vote is sent before it is durable',
    invariants: [11],
    patch: consensus(
      'engine/votes.js',
      "run.emit({ type: 'journal', entry: { window, kind: 'vote', round, phase, hash, bytes } });",
      "run.emit({ type: 'broadcast', message: { kind: 'vote', window, payload: bytes } });run.emit({ type: 'journal', entry: { window, kind: 'vote', round, phase, hash, bytes } });",
    ),
  },
  {
    name: 'second-header',
    what: 'a slot holder that restarts drafts again',
    invariants: [10, 13],
    plan: RESTARTS,
    patch: consensus('engine/restore.js', "draft: of('header')", "draft: of('none')"),
  },
  {
    name: 'amnesia-rule-off',
    what: 'a node without its journal signs at once',
    invariants: [1, 10],
    plan: FORGETFUL_RESTARTS,
    patch: consensus('engine/silence.js', 'const SILENT_WINDOWS = 2', 'const SILENT_WINDOWS = -1'),
  },
  {
    name: 'evidence-not-kept',
    what: 'two contradicting statements are not kept',
    invariants: [20],
    patch: consensus('engine/misbehaviour.js', "run.emit({ type: 'evidence', kind, window, ours, theirs });", ''),
  },
  {
    name: 'certificate-not-stored',
    what: 'the quorum of precommits is not stored',
    invariants: [6],
    patch: consensus('engine/cement.js', '...(certificate && { certificate: certificate.bytes }),', ''),
  },
]

/** What keeps a network going. */
export const LIVENESS_BUGS: readonly PlantedBug[] = [
  {
    name: 'no-resending',
    what: 'nothing is sent again while the head stands still',
    invariants: [0],
    patch: consensus('engine/resend.js', 'run.nowMs < run.state.resentAtMs + RESEND_INTERVAL_MS', 'run.nowMs >= 0'),
  },
  {
    name: 'no-vote-resending',
    what: 'votes and Proposes are sent once',
    invariants: [0],
    plan: HEAVY_LOSS,
    patch: consensus(
      'engine/vote/resend.js',
      'return [\n        ...[...proposals]',
      'return [] || [\n        ...[...proposals]',
    ),
  },
  {
    name: 'no-draft-fetching',
    what: 'nobody asks for a draft that others vote on',
    invariants: [0],
    plan: HEAVY_LOSS,
    patch: consensus('engine/vote/wanted.js', 'want(run, `draft:', 'void (run, `draft:'),
  },
  {
    name: 'no-grace',
    what: 'a draft is made as soon as a quorum confirmed',
    invariants: [21],
    patch: consensus('engine/draft.js', 'nowMs >= quorumAtMs + graceMs(run)', 'true'),
  },
]

/** Rules of acceptance, of the clock and of the state transition. */
export const LEDGER_BUGS: readonly PlantedBug[] = [
  {
    name: 'quorum-off-by-one',
    what: 'one unit of weight less than a quorum suffices',
    invariants: [1, 6, 18],
    patch: ledger('activity.js', 'denominator - 1n) / denominator', 'denominator - 1n) / denominator - 1n'),
  },
  {
    name: 'signers-not-deduplicated',
    what: 'one signer may stand in a list several times',
    invariants: [6],
    plan: lying('repeated-signer'),
    patch: consensus('acceptance.js', 'compareBytes(before.nodeId, confirmation.nodeId) < 0', 'true'),
  },
  {
    name: 'any-clock-value',
    what: 'a value that a peer confirmed is confirmed unseen',
    invariants: [8],
    patch: consensus('engine/clock.js', '{ proving: toHex(value) }', '{ proving: toHex(value), clockValue: value }'),
  },
  {
    name: 'any-state-root',
    what: 'the state root of a header is not compared',
    invariants: [12],
    plan: lying('wrong-root'),
    patch: consensus('acceptance.js', 'bytesEqual(header.stateRoot, roots.stateRoot)', 'true'),
  },
  {
    name: 'any-winner',
    what: 'the winner of a header is not compared',
    invariants: [9],
    plan: lying('false-winner'),
    patch: consensus('acceptance.js', 'bytesEqual(header.winnerId, winner?.nodeId ?? header.proposerNodeId)', 'true'),
  },
  {
    name: 'credit-from-list-2',
    what: 'the evidence of a window is credited instead of list 1',
    invariants: [7],
    patch: consensus('settle.js', 'confirmers: input.confirmers.map', 'confirmers: input.evidence.map'),
  },
  {
    name: 'reveals-without-quorum',
    what: 'one listing cements a reveal',
    invariants: [9],
    patch: consensus('lottery/candidates.js', '?? -1) >= weights.quorum', '?? -1) > 0'),
  },
  {
    name: 'registers-without-quorum',
    what: 'one listing cements a registration',
    invariants: [14],
    patch: consensus('control.js', 'weight >= weights.quorum', 'weight > 0'),
  },
  {
    name: 'emission-to-proposer-twice',
    what: 'a window emits twice',
    invariants: [4],
    patch: ledger('settle.js', 'account.balance + amount', 'account.balance + amount + amount'),
  },
  {
    name: 'snapshot-of-newest',
    what: 'the snapshot is taken against the newest checkpoint',
    invariants: [5],
    patch: ledger('settle.js', 'node.chainLength - (checkpoints[0] ?? 0)', 'node.chainLength - (checkpoints[5] ?? 0)'),
  },
  {
    name: 'd-never-adapts',
    what: 'D stays as it was at the end of an epoch',
    invariants: [8],
    patch: consensus('settle.js', 'nextD: nextD(context.nextD, median, params)', 'nextD: context.nextD'),
  },
]

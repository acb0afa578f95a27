import {
  cementedReveals,
  decodeConfirmation,
  decodeEnvelope,
  decodePropose,
  decodeVote,
  type Envelope,
  encodeEnvelope,
  type HeaderFields,
  headerScope,
  headOf,
  type OutgoingMessage,
  PRECOMMIT,
  proposalHash,
  settleWindow,
  ZERO_HASH,
} from '@montana/consensus'
import { bytesEqual, concatBytes } from '@montana/foundation'
import { stateRoots } from '@montana/ledger'
import type { Process } from '../node/process.js'
import type { BehaviourFactory } from './behaviour.js'
import { signConfirmation, signPropose, signVote } from './signing.js'

const flip = (bytes: Uint8Array, mask: number) => bytes.map((byte) => byte ^ mask)

/** Confirms a clock value that nobody computed. */
export const wrongClock: BehaviourFactory = () => (process, _, message) => [alterEndpoint(process, message, 0xff)]

/** Confirms two clock values, each to half of the peers. */
export const doubleConfirmation: BehaviourFactory = () => (process, to, message) => {
  return [to % 2 === 0 ? message : alterEndpoint(process, message, 0x01)]
}

function alterEndpoint(process: Process, message: OutgoingMessage, mask: number): OutgoingMessage {
  if (message.kind !== 'confirmation') return message
  const confirmation = decodeConfirmation(message.payload)
  return signConfirmation(process, { ...confirmation, endpoint: flip(confirmation.endpoint, mask) })
}

/** Votes against everything. */
export const nilVoter: BehaviourFactory = () => (process, _, message) => [withValue(process, message, ZERO_HASH)]

/** Votes for one thing here and another there. */
export const doubleVote: BehaviourFactory = (dice) => (process, to, message) => {
  if (to % 2 === 0) return [message]
  const other = dice.chance(0.5) ? ZERO_HASH : flip(ZERO_HASH, dice.integer(1, 255))
  return [message, withValue(process, message, other)]
}

/** Precommits whatever it is asked for, unlocked and without a quorum of prevotes; says both to everybody. */
export const eagerPrecommit: BehaviourFactory = () => (process, _, message) => {
  if (message.kind !== 'vote') return [message]
  const vote = decodeVote(message.payload)
  return isOwnVote(process, vote.nodeId) ? [message, signVote(process, { ...vote, phase: PRECOMMIT })] : [message]
}

/** Says of each Propose that an earlier round had a quorum for it. */
export const falseValidRound: BehaviourFactory = () => (process, _, message) => {
  if (message.kind !== 'propose') return [message]
  const propose = decodePropose(message.payload)
  return propose.round < 2 ? [message] : [signPropose(process, { ...propose, validRound: propose.round - 1 })]
}

function withValue(process: Process, message: OutgoingMessage, value: Uint8Array): OutgoingMessage {
  if (message.kind !== 'vote') return message
  const vote = decodeVote(message.payload)
  return isOwnVote(process, vote.nodeId) ? signVote(process, { ...vote, value }) : message
}

function isOwnVote(process: Process, nodeId: Uint8Array): boolean {
  return bytesEqual(nodeId, process.nodeId)
}

/** Drafts with a state root that settling does not give. */
export const wrongRoot: BehaviourFactory = () => alteredDraft(({ stateRoot }) => ({ stateRoot: flip(stateRoot, 1) }))

/** Drafts whose clock value nobody confirmed. */
export const wrongDraftClock: BehaviourFactory = () =>
  alteredDraft(({ timechainValue }) => ({ timechainValue: flip(timechainValue, 1) }))

/** Drafts that name their proposer as winner, with all that follows from it settled as it should be. */
export const falseWinner: BehaviourFactory = () =>
  alteredDraft(({ proposerNodeId: winnerId }, envelope, { state }) => {
    const { timechainValue } = envelope.header
    const controlSignatures = envelope.control.map(() => true)
    const candidates = cementedReveals(state.chain, envelope.evidence)
    const settled = settleWindow(state.chain, { ...envelope, timechainValue, candidates, winnerId, controlSignatures })
    const { nodeRoot, candidateRoot, accountRoot, stateRoot } = stateRoots(settled.state.tables)
    return { winnerId, nodeRoot, candidateRoot, accountRoot, stateRoot }
  })

type HeaderChange = (header: HeaderFields, envelope: Envelope, process: Process) => Partial<HeaderFields>

/** Own drafts with a changed header, and the Propose that fits it. */
function alteredDraft(change: HeaderChange) {
  const hashes = new Map<string, Uint8Array>()
  return (process: Process, _: number, message: OutgoingMessage): readonly OutgoingMessage[] => {
    if (message.kind === 'draft') return [alterHeader(process, message, change, hashes)]
    if (message.kind !== 'propose') return [message]
    const propose = decodePropose(message.payload)
    const hash = hashes.get(Buffer.from(propose.proposalHash).toString('hex'))
    return hash ? [signPropose(process, { ...propose, proposalHash: hash })] : [message]
  }
}

function alterHeader(
  process: Process,
  message: OutgoingMessage,
  change: HeaderChange,
  hashes: Map<string, Uint8Array>,
): OutgoingMessage {
  const envelope = decodeEnvelope(message.payload)
  const { header } = envelope
  const isOpen = header.window === headOf(process.state) + 1
  if (!isOpen || !bytesEqual(header.proposerNodeId, process.nodeId)) return message
  const scope = headerScope({ ...header, ...change(header, envelope, process) })
  hashes.set(Buffer.from(proposalHash(header.scope)).toString('hex'), proposalHash(scope))
  const signed = concatBytes(scope, process.init.signer.sign(scope))
  return { ...message, payload: encodeEnvelope({ ...envelope, header: signed }) }
}

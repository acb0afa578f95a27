import { draftOfProposal, type EngineState, headOf, proposalHash, votesOfRounds } from '@montana/consensus'
import { bytesEqual, toHex } from '@montana/foundation'
import {
  decodeCandidateProofRequest,
  decodeCertificateRequest,
  decodeEnvelopeRangeRequest,
  decodeObjectRequest,
  decodeTimechainProofRequest,
  decodeVoteSetRequest,
  EXT_ERROR,
  EXT_TYPE,
  ExtError,
  encodeCertificateResponse,
  encodeEnvelopeRangeResponse,
  encodeTimechainProofResponse,
  encodeVoteSetResponse,
  fitCertificates,
  fitEnvelopeRange,
  fitTimechainProofs,
  fitVoteSet,
  OBJECT_KIND,
  type TimechainProofItem,
  VOTE_KIND,
} from '@montana/network'
import type { ReadStore } from '@montana/store'

/** Where answers come from: the store, the engine's memory, the own clock and the own candidacy. */
export interface AnswerModules {
  readonly store: ReadStore
  engineState(): EngineState
  /** The proof of a window that this node has ground or verified in full, at most `maxSegments` segments. */
  proofOf(window: number, maxSegments: number): TimechainProofItem | undefined
  /** The own registration and its proof, by hash. */
  ownRegistration(hash: Uint8Array): Uint8Array | undefined
  candidateProof(hash: Uint8Array): Uint8Array | undefined
}

type Answer = (modules: AnswerModules, payload: Uint8Array) => Uint8Array

/** Requests that this node serves from what it has: spec protocol 14.1, transport 14. Throws ExtError, CodecError. */
export const ANSWERS: ReadonlyMap<number, Answer> = new Map<number, Answer>([
  [EXT_TYPE.timechainProof, answerProofs],
  [EXT_TYPE.envelopeRange, answerRange],
  [EXT_TYPE.certificate, answerCertificates],
  [EXT_TYPE.candidateProof, answerCandidateProof],
  [EXT_TYPE.object, answerObject],
  [EXT_TYPE.voteSet, answerVoteSet],
])

function notFound(what: string): ExtError {
  return new ExtError(EXT_ERROR.notFound, `${what} is not here`)
}

function answerRange({ store }: AnswerModules, payload: Uint8Array): Uint8Array {
  const { fromWindow, count, maxBytes } = decodeEnvelopeRangeRequest(payload)
  const stored = [...store.windows(fromWindow, count, maxBytes)]
  const head = store.head()?.window ?? 0
  if (fromWindow > head) throw notFound(`window ${fromWindow}`)
  const more = fromWindow + stored.length <= head
  const envelopes = stored.map(({ envelope }) => envelope)
  const answer = fitEnvelopeRange({ firstWindow: fromWindow, more, envelopes }, maxBytes)
  if (answer.envelopes.length === 0) throw new ExtError(EXT_ERROR.tooLarge, 'the first envelope does not fit')
  return encodeEnvelopeRangeResponse(answer)
}

/** Consecutive windows only: the list ends before the first that has no certificate. */
function answerCertificates({ store }: AnswerModules, payload: Uint8Array): Uint8Array {
  const { fromWindow, count, maxBytes } = decodeCertificateRequest(payload)
  const certificates: Uint8Array[] = []
  for (let window = fromWindow; window < fromWindow + count; window++) {
    const bytes = store.certificates.get(window)
    if (!bytes) break
    certificates.push(bytes)
  }
  if (certificates.length === 0) throw notFound(`the certificate of window ${fromWindow}`)
  const more = fromWindow + certificates.length <= (store.head()?.window ?? 0)
  const answer = fitCertificates({ firstWindow: fromWindow, more, certificates }, maxBytes)
  if (answer.certificates.length === 0) throw new ExtError(EXT_ERROR.tooLarge, 'the first certificate does not fit')
  return encodeCertificateResponse(answer)
}

function answerProofs({ proofOf }: AnswerModules, payload: Uint8Array): Uint8Array {
  const { fromWindow, count, maxSegments } = decodeTimechainProofRequest(payload)
  const items: TimechainProofItem[] = []
  for (let window = fromWindow; window < fromWindow + count; window++) {
    const item = proofOf(window, maxSegments)
    if (!item) break
    items.push(item)
  }
  if (items.length === 0) throw notFound(`a proof of window ${fromWindow}`)
  return encodeTimechainProofResponse(fitTimechainProofs(items))
}

function answerCandidateProof({ candidateProof }: AnswerModules, payload: Uint8Array): Uint8Array {
  const proof = candidateProof(decodeCandidateProofRequest(payload))
  if (!proof) throw notFound('the proof of this registration')
  return proof
}

function answerObject(modules: AnswerModules, payload: Uint8Array): Uint8Array {
  const { kind, hash } = decodeObjectRequest(payload)
  const found = kind === OBJECT_KIND.draft ? draftOf(modules.engineState(), hash) : registrationOf(modules, hash)
  if (!found) throw notFound('this object')
  return found
}

/**
 * A draft of the open window, or the envelope that the last one was cemented with. A draft that this node refused is not
 * passed on: whoever sends it is taken for its author.
 */
function draftOf(state: EngineState, hash: Uint8Array): Uint8Array | undefined {
  const { headEnvelope } = state
  const open = draftOfProposal(state, hash)?.candidate.envelope.bytes
  const isHead = headEnvelope && bytesEqual(proposalHash(headEnvelope.header.scope), hash)
  return open ?? (isHead ? headEnvelope.bytes : undefined)
}

function registrationOf(modules: AnswerModules, hash: Uint8Array): Uint8Array | undefined {
  const known = modules.engineState().registrations.get(toHex(hash))?.registration.bytes
  return known ?? modules.ownRegistration(hash)
}

function answerVoteSet({ engineState }: AnswerModules, payload: Uint8Array): Uint8Array {
  const { window, fromRound } = decodeVoteSetRequest(payload)
  const state = engineState()
  if (window !== headOf(state) + 1) throw notFound(`the vote on window ${window}`)
  const proposals = [...state.vote.proposals.values()].filter(({ round }) => round >= fromRound)
  const votes = votesOfRounds(state, window, fromRound)
  const items = [
    ...proposals.map(({ bytes }) => ({ kind: VOTE_KIND.propose, bytes }) as const),
    ...votes.map(({ bytes }) => ({ kind: VOTE_KIND.cementVote, bytes }) as const),
  ]
  return encodeVoteSetResponse(fitVoteSet(items))
}

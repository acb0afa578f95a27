import { draftOfProposal, type EngineState, headOf, proposalHash, votesOfRounds } from '@montana/consensus'
import { bytesEqual, toHex } from '@montana/foundation'
import type { Disk } from './disk.js'
import { type Answer, type ClockProof, type Message, type Question, RANGE_WINDOWS } from './packet.js'

/** Where answers come from. */
export interface AnswerModules {
  readonly disk: Disk
  state(): EngineState
  proofOf(window: number): ClockProof | undefined
  /** The own registration, where `hash` is its. */
  ownRegistration(hash: Uint8Array): Uint8Array | undefined
}

/** What a process serves from what it has: spec protocol 14.1. Undefined: it has it not. */
export function answerTo(modules: AnswerModules, question: Question): Answer | undefined {
  switch (question.what) {
    case 'range':
      return rangeFrom(modules.disk, question.window)
    case 'certificate':
      return answerWith('certificate', question.window, modules.disk.certificates.get(question.window))
    case 'votes':
      return votesOn(modules.state(), question.window)
    case 'proof': {
      const proof = modules.proofOf(question.window)
      return proof && { proof }
    }
    case 'draft':
      return answerWith('draft', question.window, draftOf(modules.state(), question.hash))
    case 'registration':
      return answerWith('registration', question.window, registrationOf(modules, question.hash))
  }
}

function answerWith(kind: Message['kind'], window: number, payload: Uint8Array | undefined): Answer | undefined {
  return payload && { messages: [{ kind, window, payload }] }
}

function rangeFrom({ commits, certificates }: Disk, from: number): Answer | undefined {
  const windows = commits.slice(from - 1, from - 1 + RANGE_WINDOWS).map(({ window, envelope }) => {
    return { window, envelope, certificate: certificates.get(window) }
  })
  return windows.length === 0 ? undefined : { windows }
}

function votesOn(state: EngineState, window: number): Answer | undefined {
  if (window !== headOf(state) + 1) return undefined
  const proposals = [...state.vote.proposals.values()].map(({ bytes }) => ({ kind: 'propose', window, payload: bytes }))
  const votes = votesOfRounds(state, window, 1).map(({ bytes }) => ({ kind: 'vote', window, payload: bytes }))
  return { messages: [...proposals, ...votes] as Message[] }
}

/** A draft of the open window, or the envelope that the last one was cemented with. */
function draftOf(state: EngineState, hash: Uint8Array): Uint8Array | undefined {
  const { headEnvelope } = state
  const open = draftOfProposal(state, hash)?.candidate.envelope.bytes
  const isHead = headEnvelope && bytesEqual(proposalHash(headEnvelope.header.scope), hash)
  return open ?? (isHead ? headEnvelope.bytes : undefined)
}

function registrationOf({ state, ownRegistration }: AnswerModules, hash: Uint8Array): Uint8Array | undefined {
  return state().registrations.get(toHex(hash))?.registration.bytes ?? ownRegistration(hash)
}

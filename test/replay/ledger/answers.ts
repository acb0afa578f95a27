import {
  EXT_TYPE,
  encodeCertificateRequest,
  encodeEnvelopeRangeRequest,
  encodeTimechainProofRequest,
} from '@montana/network'
import type { PeerRequests } from '../../../packages/node/src/peer-protocol/requests.js'
import { requestsTo } from '../../../packages/node/test/support/peers.js'
import type { Replays } from './counts.js'
import { memberOf, OBSERVER } from './nodes.js'
import type { Recording } from './recording.js'

const MAX_BYTES = 1_048_576
const SEGMENTS = 256
const FROM = 'the one that says it again'

/** Of each kind: how a node asks for one window, in bytes, and as its own ledger asks. */
const QUESTIONS = {
  windows: {
    type: EXT_TYPE.envelopeRange,
    bytes: (fromWindow: number) => encodeEnvelopeRangeRequest({ fromWindow, count: 1, maxBytes: MAX_BYTES }),
    ask: (to: PeerRequests, window: number, signal: AbortSignal) => to.envelopes(FROM, window, 1, signal),
  },
  certificates: {
    type: EXT_TYPE.certificate,
    bytes: (fromWindow: number) => encodeCertificateRequest({ fromWindow, count: 1, maxBytes: MAX_BYTES }),
    ask: (to: PeerRequests, window: number, signal: AbortSignal) => to.certificates(FROM, window, 1, signal),
  },
  proofs: {
    type: EXT_TYPE.timechainProof,
    bytes: (fromWindow: number) => encodeTimechainProofRequest({ fromWindow, count: 1, maxSegments: SEGMENTS }),
    ask: (to: PeerRequests, window: number, signal: AbortSignal) => to.proofs(FROM, window, 1, signal),
  },
} as const

type Subject = keyof typeof QUESTIONS
const SUBJECTS = Object.keys(QUESTIONS) as Subject[]

/** What a node answered to a question for one window. */
export interface Answered {
  readonly subject: Subject
  readonly window: number
  readonly payload: Uint8Array
}

/** Of the first `count` windows; as fast as the rates of a peer allow. */
export async function recordAnswers({ files, ear }: Recording, count: number): Promise<Answered[]> {
  const { peerId } = memberOf(files, OBSERVER).identity
  const answers: Answered[] = []
  for (let window = 1; window <= count; window++) {
    for (const subject of SUBJECTS) {
      const { type, bytes } = QUESTIONS[subject]
      answers.push({ subject, window, payload: await ear.mesh.extRequest(peerId, type, bytes(window)) })
    }
  }
  return answers
}

/** Each answer to the same question about every other window. About its own it must be taken, or refusing says nothing. */
export async function replayAnswers(answers: readonly Answered[], replays: Replays): Promise<void> {
  const { signal } = new AbortController()
  for (const { subject, window, payload } of answers) {
    const { requests } = requestsTo({ [FROM]: async () => payload })
    await QUESTIONS[subject].ask(requests, window, signal)
    for (const other of answers.filter((one) => one.subject === subject && one.window !== window)) {
      const taken = QUESTIONS[subject].ask(requests, other.window, signal).then(
        () => 'accepted',
        () => 'refused',
      )
      replays.note(`answer about ${subject}`, 'answer', await taken)
    }
  }
}

import { MESSAGE, type OutgoingMessage, ZERO_HASH } from '@montana/consensus'
import {
  decodeEnvelopeRangeRequest,
  decodeEnvelopeRangeResponse,
  EXT_ERROR,
  ExtError,
  encodeEnvelopeRangeRequest,
  encodeEnvelopeRangeResponse,
  fitEnvelopeRange,
  type Mesh,
  ROLE,
  SECURITY,
  STATUS_FLAG,
  type StatusMessage,
} from '@montana/network'
import type { ReadStore } from '@montana/store'
import type { RangeAnswer } from './runtime/catch-up.js'
import type { Outbox } from './runtime/executor.js'

/** Extension message types of this node: spec protocol 14.1, transport 14.1. */
export const EXT = { cementVote: 0x8e, envelopeRange: 0x84 } as const
const RANGE_COUNT = 64
const RANGE_MAX_BYTES = 1_048_576

/** Sends what the engine says, in the form and on the protocol that each message has. */
export function meshOutbox(mesh: () => Mesh | undefined): Outbox {
  return {
    broadcast: ({ kind, window, payload }: OutgoingMessage) => {
      if (kind === 'vote') mesh()?.extBroadcast(EXT.cementVote, payload)
      else mesh()?.broadcast(MESSAGE[kind], BigInt(window), payload)
    },
    send: (peerId, { kind, window, payload }) => {
      if (kind === 'vote')
        mesh()
          ?.extRequest(peerId, EXT.cementVote, payload)
          .catch(() => {})
      else mesh()?.send(peerId, MESSAGE[kind], BigInt(window), payload)
    },
  }
}

/** Stored envelopes for a peer that is behind: spec transport 14.4. */
export function answerRange(store: ReadStore, payload: Uint8Array): Uint8Array {
  const { fromWindow, count, maxBytes } = decodeEnvelopeRangeRequest(payload)
  const stored = [...store.windows(fromWindow, count, maxBytes)]
  const head = store.head()?.window ?? 0
  if (fromWindow > head) throw new ExtError(EXT_ERROR.notFound, `window ${fromWindow} is not cemented here`)
  const more = fromWindow + stored.length <= head
  const envelopes = stored.map(({ envelope }) => envelope)
  const answer = fitEnvelopeRange({ firstWindow: fromWindow, more, envelopes }, maxBytes)
  if (answer.envelopes.length === 0) throw new ExtError(EXT_ERROR.tooLarge, 'the first envelope does not fit')
  return encodeEnvelopeRangeResponse(answer)
}

export async function requestRange(
  mesh: Mesh,
  peerId: string,
  fromWindow: number,
  signal: AbortSignal,
): Promise<RangeAnswer> {
  const request = { fromWindow, count: RANGE_COUNT, maxBytes: RANGE_MAX_BYTES }
  const answer = await mesh.extRequest(peerId, EXT.envelopeRange, encodeEnvelopeRangeRequest(request), signal)
  return decodeEnvelopeRangeResponse(answer, request)
}

/** What peers are told about this node; a claim that steers whom they ask. */
export function ownStatusMessage(
  store: ReadStore,
  facts: { genesisHash: Uint8Array; isMember: boolean; isBootstrap: boolean; isSyncing: boolean; version: string },
): StatusMessage {
  const head = store.head()
  const memberRole = facts.isBootstrap ? ROLE.bootstrap : ROLE.active
  return {
    genesisHash: facts.genesisHash,
    window: head?.window ?? 0,
    headerHash: head && head.window > 0 ? head.proposalHash : ZERO_HASH,
    stateRoot: head?.stateRoot ?? ZERO_HASH,
    oldestWindow: store.oldestWindow() ?? 0,
    snapshotWindow: 0,
    role: facts.isMember ? memberRole : ROLE.observer,
    security: SECURITY.pqOffered,
    flags: facts.isSyncing ? STATUS_FLAG.syncing : 0,
    build: `montana/${facts.version}`,
  }
}

import {
  assembleDraft,
  type Confirmation,
  decodeEnvelope,
  decodePropose,
  encodeEnvelope,
  headerScope,
  headOf,
  type OutgoingMessage,
  proposalHash,
} from '@montana/consensus'
import { bytesEqual, concatBytes } from '@montana/foundation'
import type { Process } from '../node/process.js'
import type { BehaviourFactory } from './behaviour.js'
import { signPropose } from './signing.js'
import { cementValueOf } from './twin.js'

interface Padded {
  readonly payload: Uint8Array
  readonly proposalHash: Uint8Array
  readonly value: Uint8Array | undefined
}

/** Drafts with less than a quorum of signers, one of whom stands in the evidence again and again. */
export const repeatedSigner: BehaviourFactory = () => {
  const drafts = new Map<number, Padded | undefined>()
  return (process, _, message) => {
    const { window } = message
    if (message.kind === 'draft' && !drafts.has(window)) drafts.set(window, pad(process, message))
    const padded = drafts.get(window)
    if (!padded) return [message]
    if (message.kind === 'draft') return [{ ...message, payload: padded.payload }]
    if (message.kind !== 'propose' || !padded.value) return [message]
    const { value, proposalHash: hash } = padded
    return [signPropose(process, { ...decodePropose(message.payload), value, proposalHash: hash })]
  }
}

function pad(process: Process, { window, payload }: OutgoingMessage): Padded | undefined {
  const { header, evidence, confirmers, control } = decodeEnvelope(payload)
  const { state, init } = process
  const [first] = evidence
  const isOwn = bytesEqual(header.proposerNodeId, process.nodeId) && headOf(state) + 1 === window
  if (!isOwn || !first) return undefined
  const repeated: Confirmation[] = [first, ...evidence.slice(0, -1)]
  const { proposerNodeId, fallbackDepth, timechainValue } = header
  const draft = assembleDraft(state.chain, {
    ...{ proposerNodeId, fallbackDepth, timechainValue, control, confirmers },
    evidence: repeated,
  })
  const scope = headerScope(draft.header)
  const bytes = encodeEnvelope({ ...draft, header: concatBytes(scope, init.signer.sign(scope)) })
  return { payload: bytes, proposalHash: proposalHash(scope), value: cementValueOf(process, decodeEnvelope(bytes)) }
}

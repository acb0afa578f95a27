import {
  acceptEnvelope,
  assembleDraft,
  type Confirmation,
  cementValue,
  contextHash,
  decodeEnvelope,
  decodePropose,
  decodeVote,
  type Envelope,
  encodeContext,
  encodeEnvelope,
  headerScope,
  headOf,
  type OutgoingMessage,
  proposalHash,
  sealSettled,
  windowWeights,
} from '@montana/consensus'
import { bytesEqual, concatBytes, toHex } from '@montana/foundation'
import type { Process } from '../node/process.js'
import type { BehaviourFactory } from './behaviour.js'
import { signPropose, signVote } from './signing.js'

/** A second draft of one window that is as good as the first, and what votes for it say. */
interface Twin {
  readonly window: number
  readonly payload: Uint8Array
  readonly proposalHash: Uint8Array
  readonly value: Uint8Array
  /** value of the first draft, hex. */
  readonly firstValue: string
}

/**
 * The strongest lie of a slot holder: two valid drafts of its own, each with Propose and votes, one for half of the
 * peers and one for the others. Honest members must never cement both.
 */
export const twoDrafts: BehaviourFactory = () => {
  const twins = new Map<number, Twin | undefined>()
  return (process, to, message) => {
    if (to % 2 === 0) return [message]
    if (message.kind === 'draft' && !twins.has(message.window)) twins.set(message.window, makeTwin(process, message))
    const twin = twins.get(message.window)
    return [twin ? asTwin(process, message, twin) : message]
  }
}

function asTwin(process: Process, message: OutgoingMessage, twin: Twin): OutgoingMessage {
  if (message.kind === 'draft') return { ...message, payload: twin.payload }
  if (message.kind === 'propose') {
    const propose = decodePropose(message.payload)
    if (toHex(propose.value) !== twin.firstValue) return message
    return signPropose(process, { ...propose, value: twin.value, proposalHash: twin.proposalHash })
  }
  if (message.kind !== 'vote') return message
  const vote = decodeVote(message.payload)
  const isOwn = bytesEqual(vote.nodeId, process.nodeId)
  return isOwn && toHex(vote.value) === twin.firstValue ? signVote(process, { ...vote, value: twin.value }) : message
}

function makeTwin(process: Process, { window, payload }: OutgoingMessage): Twin | undefined {
  const first = decodeEnvelope(payload)
  const { state, init } = process
  if (!bytesEqual(first.header.proposerNodeId, process.nodeId) || headOf(state) + 1 !== window) return undefined
  const evidence = fewer(process, first)
  if (!evidence) return undefined
  const { proposerNodeId, fallbackDepth, timechainValue } = first.header
  const { confirmers, control } = first
  const input = { proposerNodeId, fallbackDepth, timechainValue, control, confirmers, evidence }
  const draft = assembleDraft(state.chain, input)
  const scope = headerScope(draft.header)
  const twin = encodeEnvelope({ ...draft, header: concatBytes(scope, init.signer.sign(scope)) })
  const [value, firstValue] = [cementValueOf(process, decodeEnvelope(twin)), cementValueOf(process, first)]
  if (!value || !firstValue) return undefined
  return { window, payload: twin, proposalHash: proposalHash(scope), value, firstValue: toHex(firstValue) }
}

/** The evidence less one signer, while it still has quorum weight. */
export function fewer({ state }: Process, { evidence }: Envelope): readonly Confirmation[] | undefined {
  const weights = windowWeights(state.chain)
  const sum = evidence.reduce((total, { nodeId }) => total + weights.of(nodeId), 0)
  const spare = evidence.find(({ nodeId }) => sum - weights.of(nodeId) >= weights.quorum)
  return spare && evidence.filter((confirmation) => confirmation !== spare)
}

/** value(W) that `envelope` would be cemented with; undefined where acceptance refuses it. */
export function cementValueOf({ state, init }: Process, envelope: Envelope): Uint8Array | undefined {
  const all = (list: readonly unknown[]) => list.map(() => true)
  const { confirmers, evidence, control } = envelope
  const signatures = { header: true, confirmers: all(confirmers), evidence: all(evidence), control: all(control) }
  const input = { state: state.chain, rule: init.config.rule, ownTimechainValue: undefined }
  const verdict = acceptEnvelope(input, { envelope, signatures })
  if (!verdict.ok) return undefined
  const hash = proposalHash(envelope.header.scope)
  const { context } = sealSettled(verdict.proposal.settled, hash)
  return cementValue(hash, contextHash(encodeContext(context)))
}

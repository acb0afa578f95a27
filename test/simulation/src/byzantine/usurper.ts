import {
  assembleDraft,
  decodeEnvelope,
  decodePropose,
  type Envelope,
  encodeEnvelope,
  headerScope,
  headOf,
  type OutgoingMessage,
  proposalHash,
  roundHolder,
} from '@montana/consensus'
import { bytesEqual, concatBytes } from '@montana/foundation'
import type { Process } from '../node/process.js'
import type { BehaviourFactory } from './behaviour.js'
import { signPropose } from './signing.js'
import { cementValueOf, fewer } from './twin.js'

interface Rival {
  readonly payload: Uint8Array
  readonly proposalHash: Uint8Array
  readonly value: Uint8Array
}

/**
 * Puts a draft of its own to the vote in every later round that it holds, whatever the others are locked on: only
 * their locks keep a second value from getting a quorum.
 */
export const rivalDraft: BehaviourFactory = () => rival(() => 0)

/** … and claims that a quorum prevoted it in the round before. */
export const provenRival: BehaviourFactory = () => rival((round) => round - 1)

function rival(validRoundOf: (round: number) => number) {
  const rivals = new Map<string, Rival | undefined>()
  return (process: Process, _: number, message: OutgoingMessage): readonly OutgoingMessage[] => {
    if (message.kind !== 'propose') return [message]
    const propose = decodePropose(message.payload)
    const { window, round } = propose
    if (round < 2 || !isHolder(process, window, round)) return [message]
    const key = `${window}/${round}`
    if (!rivals.has(key)) rivals.set(key, makeRival(process, round))
    const made = rivals.get(key)
    if (!made) return [message]
    const { payload, proposalHash: hash, value } = made
    const fields = { ...propose, value, proposalHash: hash, validRound: validRoundOf(round) }
    return [{ kind: 'draft', window, payload }, signPropose(process, fields)]
  }
}

function isHolder({ state, init, nodeId }: Process, window: number, round: number): boolean {
  const holder = roundHolder(init.config.rule, state.chain, round)
  return window === headOf(state) + 1 && holder !== undefined && bytesEqual(holder, nodeId)
}

/** Any valid draft at hand, with this member as its proposer and one signer less where the quorum allows it. */
function makeRival(process: Process, round: number): Rival | undefined {
  const { state, init, nodeId } = process
  const base = [...state.vote.drafts.values()].find(({ verdict }) => verdict.ok)?.candidate.envelope
  if (!base) return undefined
  const { length } = init.config.rule.fallbackList(state.chain)
  const draft = assembleDraft(state.chain, {
    ...{
      proposerNodeId: nodeId,
      fallbackDepth: ((round - 1) % length) + 1,
      timechainValue: base.header.timechainValue,
    },
    ...{ control: base.control, confirmers: base.confirmers, evidence: evidenceOf(process, base) },
  })
  const scope = headerScope(draft.header)
  const payload = encodeEnvelope({ ...draft, header: concatBytes(scope, init.signer.sign(scope)) })
  const value = cementValueOf(process, decodeEnvelope(payload))
  return value && { payload, proposalHash: proposalHash(scope), value }
}

function evidenceOf(process: Process, base: Envelope): Envelope['evidence'] {
  return fewer(process, base) ?? base.evidence
}

import { lotteryEndpoint, lotteryTicket, NO_PROPOSER, revealHash, revealScope, ticketWeight } from '@montana/consensus'
import { bytesEqual, compareBytes, toHex } from '@montana/foundation'
import { short, type WindowFacts, weigh, weightsOf } from './facts.js'
import type { Oracle } from './oracle.js'

interface Ticket {
  readonly nodeId: Uint8Array
  readonly endpoint: Uint8Array
  readonly ticket: bigint
}

const MAX_TARGET = 2n ** 128n - 1n

/** C(W−1) from the stored envelope alone: spec protocol 6.4. */
function candidatesOf({ before, document, envelope, window }: WindowFacts): Ticket[] {
  const { context, tables } = before
  if (window === 1) return []
  const weights = weightsOf(before, document)
  const isCandidate = ({ nodeId, endpoint, ticket }: Ticket) => {
    const hash = toHex(revealHash(revealScope({ nodeId, window: window - 1, endpoint })))
    const listing = envelope.evidence.filter(({ revealHashes }) => revealHashes.some((h) => toHex(h) === hash))
    return ticket < context.target && weigh(weights, listing) >= weights.quorum && listing.length > 0
  }
  return [...tables.nodes.entries()]
    .filter(({ startWindow, lastConfirmationWindow }) => {
      return startWindow < window - 1 && window - lastConfirmationWindow <= 2 * document.params.tau2Windows
    })
    .map(({ nodeId, chainLength, chainLengthSnapshot }) => {
      const { timechainValue, aggregatePrev2: aggregate } = context
      const endpoint = lotteryEndpoint({ timechainValue, aggregate, nodeId, window: window - 1 })
      return {
        nodeId,
        endpoint,
        ticket: lotteryTicket(endpoint, ticketWeight(BigInt(chainLength), BigInt(chainLengthSnapshot))),
      }
    })
    .filter(isCandidate)
    .sort((a, b) => (a.ticket === b.ticket ? compareBytes(a.nodeId, b.nodeId) : a.ticket < b.ticket ? -1 : 1))
}

export const lotteryOracle: Oracle<WindowFacts> = {
  invariant: 9,
  name: 'Lottery',
  check: (facts) => winnerProblem(facts) ?? proposerProblem(facts),
}

function winnerProblem(facts: WindowFacts): string | undefined {
  const { header } = facts.envelope
  const candidates = candidatesOf(facts)
  const winnerId = candidates[0]?.nodeId ?? header.proposerNodeId
  if (!bytesEqual(header.winnerId, winnerId)) return `the winner is ${short(winnerId)}, not ${short(header.winnerId)}`
  const kept = facts.after.context.candidates
  const same =
    kept.length === candidates.length &&
    kept.every((c, i) => bytesEqual(c.nodeId, candidates[i]?.nodeId ?? NO_PROPOSER))
  return same ? undefined : 'the context keeps another candidate list'
}

function proposerProblem(facts: WindowFacts): string | undefined {
  const { proposerNodeId, fallbackDepth } = facts.envelope.header
  const expected = fallbackList(facts)[fallbackDepth - 1]
  if (expected && bytesEqual(expected, proposerNodeId)) return undefined
  return `${short(proposerNodeId)} proposed at depth ${fallbackDepth}, which is ${expected ? short(expected) : 'nobody'}`
}

/** F(W): spec protocol 9.3. */
function fallbackList({ before, document }: WindowFacts): Uint8Array[] {
  const { bootstrapNodeId, candidates, evidenceSigners } = before.context
  if (document.proposerRule === 'bootstrap') return [bootstrapNodeId]
  const list = [...candidates.slice(0, 200).map(({ nodeId }) => nodeId), bootstrapNodeId]
  const listed = new Set(list.map(toHex))
  return [...list, ...evidenceSigners.filter((nodeId) => !listed.has(toHex(nodeId)))].slice(0, 255)
}

export const targetOracle: Oracle<WindowFacts> = {
  invariant: 15,
  name: 'Target',
  check: (facts) => {
    const { after, envelope } = facts
    if (envelope.header.target !== after.context.target) return 'the header carries another target than the context'
    const expected = expectedTarget(facts)
    return after.context.target === expected ? undefined : `target is ${after.context.target}, not ${expected}`
  },
}

/** Spec protocol 3.5. */
function expectedTarget(facts: WindowFacts): bigint {
  const { before, window, document } = facts
  const { target } = before.context
  if (window % document.params.tau2Windows !== 0) return target
  const reveals = BigInt(before.context.revealCount + candidatesOf(facts).length)
  if (reveals === 0n) return target
  const scaled = (target * 13n * BigInt(document.params.tau2Windows)) / reveals
  return scaled > MAX_TARGET ? MAX_TARGET : scaled
}

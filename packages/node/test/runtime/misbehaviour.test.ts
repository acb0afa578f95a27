import {
  decodeCertificate,
  decodeEnvelope,
  noticeHeader,
  proposerRule,
  roundHolder,
  votesOfCertificate,
} from '@montana/consensus'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isMisbehaviour } from '../../src/runtime/misbehaviour.js'
import { ADMITTED, type AdmissionChain, makeAdmissionChain, restoredAt } from '../support/admission-chain.js'
import { certificateOf, commitOf } from '../support/commit.js'
import { WAYS, type Way } from '../support/messages.js'
import { signHeader, signPropose } from '../support/objects.js'
import { createReceiver } from '../support/receiver.js'
import { memberNamed } from '../support/world.js'

const WINDOWS = 11
type Said = readonly [way: Way, window: number, bytes: Uint8Array]
let chain: AdmissionChain
let all: Said[]

beforeAll(async () => {
  chain = await makeAdmissionChain(WINDOWS)
  all = await everythingSaid()
})
afterAll(() => chain.world.crypto.close())

/** Every message that honest members sent in the history of this network. */
async function everythingSaid(): Promise<Said[]> {
  const { world, built, registration } = chain
  const said: Said[] = [['registration', 0, registration]]
  for (const one of built) {
    const { window, proposalHash, cementValue: value } = commitOf(one)
    const { header, evidence, confirmers } = decodeEnvelope(one.envelope)
    const holder = memberNamed(world, roundHolder(proposerRule(world.document), one.before, 1))
    const propose = await signPropose(world, holder, { window, value, proposalHash })
    const { timechainValue, proposerNodeId } = header
    const notice = noticeHeader(one.before, { proposerNodeId, timechainValue, fallbackDepth: 1 })
    const certificate = await certificateOf(world, one, 1)
    said.push(['proposal', window, one.envelope], ['draft', window, one.envelope], ['certificate', window, certificate])
    said.push(['propose', window, propose.bytes], ['proposal', window, await signHeader(holder, notice)])
    for (const vote of votesOfCertificate(decodeCertificate(certificate))) said.push(['vote', window, vote.bytes])
    for (const { bytes } of [...evidence, ...confirmers]) said.push(['confirmation', window, bytes])
  }
  return said
}

describe('an honest peer', () => {
  it.each(Array.from({ length: WINDOWS + 1 }, (_, head) => head))(
    'that sends all of its history to a node at window %i is blamed for nothing',
    async (head) => {
      const node = createReceiver(chain.world, restoredAt(chain, head))
      const outcomes = new Map<string, string>()
      // The newest first, which a node that is behind cannot judge, then in order.
      for (const [way, window, bytes] of [...all].reverse().concat(all)) {
        const outcome = await node.outcome((inbox) => WAYS[way](inbox, 'honest', bytes))
        if (isMisbehaviour(outcome)) outcomes.set(`${way} of ${window}`, outcome)
      }
      expect([...outcomes]).toEqual([])
      expect(node.rejections.filter((rejection) => isMisbehaviour(rejection.split(' ')[0] ?? ''))).toEqual([])
      // It also was of use: what came in order was applied.
      expect(node.loop.head).toBe(WINDOWS)
    },
  )

  it('has something to say that a node behind cannot judge: the new member signs', () => {
    const signers = (window: number) => decodeEnvelope(chain.built[window - 1]?.envelope ?? new Uint8Array()).evidence
    expect([signers(ADMITTED).length, signers(ADMITTED + 1).length]).toEqual([3, 4])
  })
})

describe('the list', () => {
  it.each([
    'accepted',
    'duplicate',
    'stale',
    'ahead',
    'irrelevant',
    'overload',
    'StaleConfirmation',
    'DuplicateConfirmation',
    'UnknownNode',
    'UnknownProposer',
    'WindowNotSequential',
    'PrevHashMismatch',
    'UnsupportedVersion',
    // Of the own clock, which may be the wrong one.
    'TimechainMismatch',
    'WrongEndpoint',
    // Of a registration that another one overtook.
    'AlreadyNode',
    'AlreadyCandidate',
    'OperatorTaken',
    'OperatorPending',
    'WStartOutOfRange',
    'VdfChainTooShort',
    // Of this node.
    'STORE_IO',
    'STORE_FULL',
    'UNKNOWN',
  ])('does not hold %s against anybody', (outcome) => {
    expect(isMisbehaviour(outcome)).toBe(false)
  })

  it.each([
    'MalformedMessage',
    'InvalidSignature',
    'InvalidPropose',
    'StateRootMismatch',
    'CertificateQuorum',
    'ProofInvalid',
    'NoEvidence',
  ])('holds %s', (outcome) => {
    expect(isMisbehaviour(outcome)).toBe(true)
  })
})

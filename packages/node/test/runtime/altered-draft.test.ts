import { decodeEnvelope, encodeEnvelope } from '@montana/consensus'
import { bytesEqual } from '@montana/foundation'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AdmissionChain, makeAdmissionChain, restoredAt } from '../support/admission-chain.js'
import { certificateOf } from '../support/commit.js'
import { WAYS, type Way } from '../support/messages.js'
import { createReceiver, type Receiver } from '../support/receiver.js'

const HEAD = 10
let chain: AdmissionChain

beforeAll(async () => {
  chain = await makeAdmissionChain(HEAD + 1)
})
afterAll(() => chain.world.crypto.close())

const next = () => {
  const built = chain.built[HEAD]
  if (!built) throw new Error('one window more expected')
  return built
}

/** The envelope of the next window as a peer may pass it on: the true header, and a list 2 of its own choice. */
function withEvidence(keep: (nodeId: Uint8Array) => boolean): Uint8Array {
  const { header, confirmers, evidence, control } = decodeEnvelope(next().envelope)
  const kept = evidence.filter(({ nodeId }) => keep(nodeId))
  return encodeEnvelope({ header: header.bytes, confirmers, evidence: kept, control })
}

/** What a node at the head becomes when a liar is heard first, then the true draft and its certificate. */
async function afterLiar(way: Way, altered: Uint8Array): Promise<Receiver> {
  const node = createReceiver(chain.world, restoredAt(chain, HEAD))
  const say = (by: string, how: Way, bytes: Uint8Array) => node.outcome((inbox) => WAYS[how](inbox, by, bytes))
  await say('liar', way, altered)
  await say('honest', way, next().envelope)
  await say('honest', 'certificate', await certificateOf(chain.world, next(), 1))
  return node
}

/** List 2 is bound by the value that is voted on, not by the header: whoever passes a draft on may change it. */
describe.each(['draft', 'proposal'] as const)('a %s whose list 2 was changed on its way', (way) => {
  it('to nothing does not keep the true one from being cemented', async () => {
    const node = await afterLiar(
      way,
      withEvidence(() => false),
    )
    expect([node.loop.head, node.loop.state.halted]).toEqual([HEAD + 1, undefined])
  })

  it('by one confirmation above the quorum does not keep the true one from being cemented', async () => {
    const { nodeId } = chain.world.candidate.identity
    const altered = withEvidence((one) => !bytesEqual(one, nodeId))
    expect(altered.length).toBeLessThan(next().envelope.length)
    const node = await afterLiar(way, altered)
    expect([node.loop.head, node.loop.state.halted]).toEqual([HEAD + 1, undefined])
  })
})

describe('a certificate that comes before the true draft', () => {
  // Open in the engine: a refused draft counts as one that this node computes otherwise.
  it('does not halt a node that holds a changed one', async () => {
    const node = createReceiver(chain.world, restoredAt(chain, HEAD))
    const say = (by: string, how: Way, bytes: Uint8Array) => node.outcome((inbox) => WAYS[how](inbox, by, bytes))
    await say(
      'liar',
      'draft',
      withEvidence(() => false),
    )
    await say('honest', 'certificate', await certificateOf(chain.world, next(), 1))
    await say('honest', 'draft', next().envelope)
    expect([node.loop.head, node.loop.state.halted]).toEqual([HEAD + 1, undefined])
  })
})

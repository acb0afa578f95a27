import { draftOfProposal, PREVOTE, proposerRule, roundHolder, type Wanted } from '@montana/consensus'
import { silentLogger, toHex } from '@montana/foundation'
import { registrationHash } from '@montana/ledger'
import type { ReadStore } from '@montana/store'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { Fetcher } from '../../src/runtime/fetcher.js'
import { certificateOf, commitOf } from '../support/commit.js'
import { WAYS } from '../support/messages.js'
import { signPropose, signRegistration, signVote } from '../support/objects.js'
import { altering, answering, type Peer, requestsTo, silent } from '../support/peers.js'
import { createReceiver } from '../support/receiver.js'
import { HEAD, makeVotedChain, type VotedChain } from '../support/voted-chain.js'
import { memberNamed } from '../support/world.js'

let chain: VotedChain

beforeAll(async () => {
  chain = await makeVotedChain()
})
afterAll(() => chain.close())

/** A peer that has heard the draft, its Propose, a prevote and a certificate of the open window. */
async function informed() {
  const { world, next, restored } = chain
  const node = createReceiver(world, restored)
  const { window, proposalHash, cementValue: value } = commitOf(next)
  const holder = memberNamed(world, roundHolder(proposerRule(world.document), next.before, 1))
  const propose = await signPropose(world, holder, { window, value, proposalHash })
  const vote = await signVote(world, world.members[1], { window, round: 1, phase: PREVOTE, value })
  for (const [way, bytes] of [
    ['draft', next.envelope],
    ['propose', propose.bytes],
    ['vote', vote.bytes],
  ] as const) {
    expect(await node.outcome((inbox) => WAYS[way](inbox, 'x', bytes))).toBe('accepted')
  }
  return { node, peer: answering({ engineState: () => node.loop.state, store: storeWith(undefined) }) }
}

/** Only certificates are asked of it. */
function storeWith(certificate: Uint8Array | undefined): ReadStore {
  const certificates = { get: (window: number) => (window === HEAD + 1 ? certificate : undefined) }
  return { certificates, head: () => ({ window: HEAD + 1 }) } as unknown as ReadStore
}

function setUp(peers: Record<string, Peer>) {
  const { requests, asked } = requestsTo(peers)
  const node = createReceiver(chain.world, chain.restored)
  const fetcher = new Fetcher({ requests, inbox: node.inbox, logger: silentLogger })
  onTestFinished(() => fetcher.stop())
  const heard = (count: number) => vi.waitUntil(() => node.outcomes.length >= count, 10_000)
  return { node, fetcher, asked, heard }
}

const wantedDraft = (from?: string): Wanted => {
  return { what: 'draft', window: HEAD + 1, hash: commitOf(chain.next).proposalHash, from }
}

describe('what the engine lacks', () => {
  it('a draft comes from whoever has it, the named peer first', async () => {
    const { peer } = await informed()
    const { node, fetcher, asked, heard } = setUp({ a: peer, b: answering({ engineState: () => node.loop.state }) })
    fetcher.fetch(wantedDraft('b'))
    await heard(1)
    expect([asked, node.outcomes]).toEqual([['b', 'a'], ['draft a accepted']])
    expect(draftOfProposal(node.loop.state, commitOf(chain.next).proposalHash)).toMatchObject({ from: 'a' })
  })

  it('votes and the Propose come together', async () => {
    const { peer } = await informed()
    const { node, fetcher, heard } = setUp({ a: peer })
    fetcher.fetch({ what: 'votes', window: HEAD + 1, from: undefined })
    await heard(2)
    expect(node.outcomes.sort()).toEqual(['propose a accepted', 'vote a accepted'])
    expect(node.loop.state.vote.proposals.has(1)).toBe(true)
  })

  it('a certificate cements the window whose draft is at hand', async () => {
    const certificate = await certificateOf(chain.world, chain.next, 1)
    const { node, fetcher, heard } = setUp({ a: answering({ store: storeWith(certificate) }) })
    await node.outcome((inbox) => WAYS.draft(inbox, 'a', chain.next.envelope))
    fetcher.fetch({ what: 'certificate', window: HEAD + 1, from: 'a' })
    await heard(2)
    expect(node.loop.head).toBe(HEAD + 1)
  })

  it('a registration comes from its candidate', async () => {
    const bytes = await signRegistration(chain.world.candidate)
    const { loop } = createReceiver(chain.world, chain.restored)
    const own = (hash: Uint8Array) => (toHex(hash) === toHex(registrationHash(bytes)) ? bytes : undefined)
    const { node, fetcher, heard } = setUp({ a: answering({ engineState: () => loop.state, ownRegistration: own }) })
    fetcher.fetch({ what: 'registration', window: HEAD + 1, hash: registrationHash(bytes), from: undefined })
    await heard(1)
    expect(node.outcomes).toEqual(['registration a accepted'])
  })
})

describe('a peer that fails', () => {
  it('is passed over: the next one is asked, three at most', async () => {
    const { peer } = await informed()
    const dead: Peer = async () => {
      throw new Error('the stream broke')
    }
    const lucky = setUp({ a: dead, b: dead, c: peer })
    lucky.fetcher.fetch(wantedDraft())
    await lucky.heard(1)
    expect(lucky.asked).toEqual(['a', 'b', 'c'])
    const unlucky = setUp({ a: dead, b: dead, c: dead, d: peer })
    unlucky.fetcher.fetch(wantedDraft())
    await vi.waitUntil(() => unlucky.asked.length === 3, 10_000)
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect([unlucky.asked, unlucky.node.outcomes]).toEqual([['a', 'b', 'c'], []])
  })

  it('with an answer of no form is named by the inbox', async () => {
    const { peer } = await informed()
    const { node, fetcher, heard } = setUp({ a: altering(peer, (answer) => answer.subarray(1)) })
    fetcher.fetch(wantedDraft())
    await heard(1)
    expect(node.outcomes).toEqual(['draft a MalformedMessage'])
  })

  it('does not pass on a draft that it refused', async () => {
    const { node: teller } = await informed()
    const draft = draftOfProposal(teller.loop.state, commitOf(chain.next).proposalHash)
    if (!draft) throw new Error('a draft expected')
    const refused = { ...draft, verdict: { ok: false, code: 'QuorumNotReached' } as const }
    const vote = { ...teller.loop.state.vote, drafts: new Map([['refused', refused]]) }
    const { fetcher, asked, node } = setUp({ a: answering({ engineState: () => ({ ...teller.loop.state, vote }) }) })
    fetcher.fetch(wantedDraft())
    await vi.waitUntil(() => asked.length === 1, 10_000)
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(node.outcomes).toEqual([])
  })
})

describe('fetching', () => {
  it('is bounded, and ends with the node', async () => {
    const signals: (AbortSignal | undefined)[] = []
    const { fetcher, asked } = setUp({
      a: (type, payload, signal) => {
        signals.push(signal)
        return silent(type, payload, signal)
      },
    })
    for (let i = 0; i < 20; i++) fetcher.fetch(wantedDraft())
    expect(asked).toHaveLength(16)
    fetcher.stop()
    expect(signals.every((signal) => signal?.aborted)).toBe(true)
    await new Promise((resolve) => setTimeout(resolve, 20))
    fetcher.fetch(wantedDraft())
    expect(asked).toHaveLength(16)
  })
})

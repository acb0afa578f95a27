import { decodeEnvelope, type HeaderFields, noticeHeader } from '@montana/consensus'
import { decodeEvidence, EVIDENCE_KIND, encodeEvidence } from '@montana/network'
import { openStore } from '@montana/store'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { EvidenceDesk, type EvidenceName } from '../../src/runtime/evidence-desk.js'
import { isMisbehaviour } from '../../src/runtime/misbehaviour.js'
import { diskGate } from '../support/disk.js'
import { flipped } from '../support/messages.js'
import { signConfirmation, signHeader, signVote } from '../support/objects.js'
import { createReceiver } from '../support/receiver.js'
import { HEAD, makeVotedChain, type VotedChain } from '../support/voted-chain.js'
import { type Member, temporaryDirectory } from '../support/world.js'

const KINDS = ['header', 'vote', 'confirmation'] as const
const OPEN = HEAD + 1
let chain: VotedChain

beforeAll(async () => {
  chain = await makeVotedChain()
})
afterAll(() => chain.close())

/** A desk over a real store, and what it told the others. */
function desk(dir = temporaryDirectory()) {
  const store = openStore({ dir, mode: 'write' })
  onTestFinished(() => store.close())
  const { authenticator, loop } = createReceiver(chain.world, chain.restored)
  const sent: Uint8Array[] = []
  const found: string[] = []
  const evidence = new EvidenceDesk({
    store,
    disk: diskGate(),
    authenticator,
    state: () => loop.state,
    broadcast: (bytes) => sent.push(bytes),
    onNew: ({ kind, code, window }) => found.push(`${kind} ${code} ${window}`),
  })
  const take = (kind: EvidenceName, a: Uint8Array, b: Uint8Array) => {
    return evidence.take(encodeEvidence({ kind: EVIDENCE_KIND[kind], a, b }))
  }
  return { evidence, take, store, sent, found }
}

const fieldsOfNext = (by: Member): HeaderFields => {
  return { ...decodeEnvelope(chain.next.envelope).header, proposerNodeId: by.identity.nodeId }
}

/** The n-th of several contradicting statements of a member about one window. */
const MAKE: Record<EvidenceName, (by: Member, n: number, over?: object) => Promise<Uint8Array>> = {
  header: (by, n, over) => signHeader(by, { ...fieldsOfNext(by), winnerEndpoint: new Uint8Array(32).fill(n), ...over }),
  vote: async (by, n, over) => {
    return (await signVote(chain.world, by, { window: OPEN, value: new Uint8Array(32).fill(n), ...over })).bytes
  },
  confirmation: async (by, n, over) => {
    return (await signConfirmation(by, { window: OPEN, endpoint: new Uint8Array(32).fill(n), ...over })).bytes
  },
}
const CODES = { header: 'EquivocatingProposer', vote: 'EquivocatingVoter', confirmation: 'ConflictingConfirmation' }

describe.each(KINDS)('a pair of kind %s', (kind) => {
  const make = (n: number, over = {}, by: Member = chain.world.members[1]) => MAKE[kind](by, n, over)

  it('is stored once, passed on once and found once, in whatever order it comes', async () => {
    const { take, store, sent, found } = desk()
    const [a, b] = [await make(1), await make(2)]
    expect(await take(kind, a, b)).toBe('accepted')
    expect(await take(kind, a, b)).toBe('duplicate')
    expect(await take(kind, b, a)).toBe('duplicate')
    expect(found).toEqual([`${kind} ${CODES[kind]} ${OPEN}`])
    const [stored, ...more] = store.evidence.list()
    expect([stored?.kind, stored?.window, more]).toEqual([kind, OPEN, []])
    expect([stored?.a, stored?.b].map((one) => Buffer.compare(one ?? a, a) === 0).sort()).toEqual([false, true])
    expect(sent.map(decodeEvidence)).toEqual([{ kind: EVIDENCE_KIND[kind], a, b }])
  })

  it('that says the same twice is none, with two signatures too', async () => {
    const { take, sent } = desk()
    expect(await take(kind, await make(1), await make(1))).toBe('NoEvidence')
    expect(sent).toEqual([])
  })

  it('of two windows, or of two nodes, is none', async () => {
    const { take, store } = desk()
    expect(await take(kind, await make(1), await make(2, { window: OPEN + 1 }))).toBe('NoEvidence')
    expect(await take(kind, await make(1), await make(2, { window: OPEN - 1 }))).toBe('NoEvidence')
    expect(await take(kind, await make(1), await make(2, {}, chain.world.members[2]))).toBe('NoEvidence')
    expect(store.evidence.list()).toEqual([])
  })

  it('with a forged signature on either side is refused, and the true one still taken', async () => {
    const { take, store, sent } = desk()
    const [a, b] = [await make(1), await make(2)]
    expect(await take(kind, flipped(a, -20), b)).not.toBe('accepted')
    expect(await take(kind, a, flipped(b, kind === 'confirmation' ? 60 : -20))).not.toBe('accepted')
    expect([store.evidence.list(), sent]).toEqual([[], []])
    expect(await take(kind, a, b)).toBe('accepted')
  })

  it('signed by another key is refused: nobody can accuse a member', async () => {
    const { take, store } = desk()
    const [victim, forger] = chain.world.members
    const asVictim: Member = { ...victim, signer: forger.signer }
    const outcome = await take(kind, await make(1, {}, asVictim), await make(2, {}, asVictim))
    expect([outcome, store.evidence.list()]).toEqual(['InvalidSignature', []])
    expect(await take(kind, await make(1, {}, victim), await make(2, {}, asVictim))).toBe('InvalidSignature')
  })

  it('of a member that this node does not know yet blames nobody who shows it', async () => {
    const { take, store, sent } = desk()
    const { candidate } = chain.world
    const outcome = await take(kind, await make(1, {}, candidate), await make(2, {}, candidate))
    expect([isMisbehaviour(outcome), store.evidence.list(), sent]).toEqual([false, [], []])
  })

  it('is one per node and window, however many its node makes, and after a restart too', async () => {
    const { take, store, sent } = desk()
    const [a, b, c, d] = [await make(1), await make(2), await make(3), await make(4)]
    expect(await take(kind, a, b)).toBe('accepted')
    expect(await take(kind, c, d)).toBe('duplicate')
    store.close()
    const next = desk(store.dir)
    expect(await next.take(kind, b, c)).toBe('duplicate')
    expect([next.store.evidence.list().length, sent.length, next.sent.length]).toEqual([1, 1, 0])
  })

  it('about a window that is far away yet can wait', async () => {
    const { take } = desk()
    const later = (n: number, window: number) => make(n, { window })
    expect(await take(kind, await later(1, HEAD + 3), await later(2, HEAD + 3))).toBe('ahead')
    expect(await take(kind, await later(1, HEAD + 2), await later(2, HEAD + 2))).toBe('accepted')
    expect(await take(kind, await later(1, 1), await later(2, 1))).toBe('accepted')
  })

  it('with bytes of no form is refused as malformed', async () => {
    const { evidence, take } = desk()
    const [a, b] = [await make(1), await make(2)]
    for (const bytes of [new Uint8Array(), Uint8Array.of(9), encodeEvidence({ kind: 1, a, b }).subarray(0, -1)]) {
      await expect(evidence.take(bytes)).rejects.toThrow(expect.objectContaining({ name: 'CodecError' }))
    }
    const other = kind === 'vote' ? 'header' : 'vote'
    await expect(take(other, a, b)).rejects.toThrow(expect.objectContaining({ name: 'CodecError' }))
  })
})

describe('what is no contradiction', () => {
  it('votes of other rounds or phases, for nil too', async () => {
    const { take } = desk()
    const [one] = chain.world.members
    const vote = (n: number, over: object) => MAKE.vote(one, n, over)
    expect(await take('vote', await vote(1, { round: 1 }), await vote(2, { round: 2 }))).toBe('NoEvidence')
    expect(await take('vote', await vote(1, { phase: 1 }), await vote(2, { phase: 2 }))).toBe('NoEvidence')
    expect(await take('vote', await vote(1, { phase: 1 }), await vote(0, { phase: 1 }))).toBe('accepted')
  })

  it('headers on two branches, and notices', async () => {
    const { take } = desk()
    const [one] = chain.world.members
    const header = (n: number, over = {}) => MAKE.header(one, n, over)
    const elsewhere = await header(2, { prevProposalHash: new Uint8Array(32).fill(9) })
    expect(await take('header', await header(1), elsewhere)).toBe('NoEvidence')
    const notice = (fallbackDepth: number) => {
      const { timechainValue } = chain.next.after.context
      const input = { proposerNodeId: one.identity.nodeId, timechainValue, fallbackDepth }
      return signHeader(one, noticeHeader(chain.head.after, input))
    }
    expect(await take('header', await notice(1), await notice(2))).toBe('NoEvidence')
    expect(await take('header', await header(1), await notice(1))).toBe('NoEvidence')
  })

  it('a confirmation that was signed again with longer lists', async () => {
    const { take } = desk()
    const [one] = chain.world.members
    const richer = await MAKE.confirmation(one, 1, { revealHashes: [new Uint8Array(32).fill(3)] })
    expect(await take('confirmation', await MAKE.confirmation(one, 1), richer)).toBe('NoEvidence')
  })
})

describe('a pair that this node found itself', () => {
  it('is stored and passed on once, and one that a peer shows later is known', async () => {
    const { evidence, take, store, sent, found } = desk()
    const [one] = chain.world.members
    const [a, b] = [await MAKE.vote(one, 1), await MAKE.vote(one, 2)]
    evidence.found('vote', a, b)
    evidence.found('vote', b, a)
    expect(await take('vote', a, b)).toBe('duplicate')
    expect([store.evidence.list().length, sent.length, found]).toEqual([1, 1, []])
  })

  it('that is none by definition is not shown to others, who would hold it against this node', async () => {
    const { evidence, store, sent } = desk()
    const [one] = chain.world.members
    const elsewhere = await MAKE.header(one, 2, { prevProposalHash: new Uint8Array(32).fill(9) })
    evidence.found('header', await MAKE.header(one, 1), elsewhere)
    expect([store.evidence.list(), sent]).toEqual([[], []])
  })
})

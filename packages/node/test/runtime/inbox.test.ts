import {
  decodeCertificate,
  decodeEnvelope,
  draftOfProposal,
  encodeCertificate,
  encodeEnvelope,
  noticeHeader,
  proposalHash,
  proposerRule,
  roundHolder,
} from '@montana/consensus'
import { concatBytes, seededRandom } from '@montana/foundation'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isMisbehaviour } from '../../src/runtime/misbehaviour.js'
import { certificateOf } from '../support/commit.js'
import { flipped, WAYS, type Way } from '../support/messages.js'
import {
  signConfirmation,
  signHeader,
  signPropose,
  signRegistration,
  signReveal,
  signVote,
} from '../support/objects.js'
import { createReceiver, type Receiver } from '../support/receiver.js'
import { HEAD, makeVotedChain, type VotedChain } from '../support/voted-chain.js'
import { type Member, memberNamed } from '../support/world.js'

let chain: VotedChain

beforeAll(async () => {
  chain = await makeVotedChain()
})
afterAll(() => chain.close())

const receiver = () => createReceiver(chain.world, chain.restored)
const say = (node: Receiver, way: Way, bytes: Uint8Array, peer = 'peer') => {
  return node.outcome((inbox) => WAYS[way](inbox, peer, bytes))
}

/** Messages that a member makes for a window, of the kinds whose reach is the same. */
const MADE = {
  reveal: (by: Member, window: number) => signReveal(by, { window }),
  confirmation: (by: Member, window: number) => {
    const { timechainValue } = decodeEnvelope(chain.next.envelope).header
    const { timechainValue: headValue } = chain.head.after.context
    return signConfirmation(by, { window, endpoint: window === HEAD ? headValue : timechainValue })
  },
  vote: (by: Member, window: number) => signVote(chain.world, by, { window }),
} as const

describe.each(['reveal', 'confirmation', 'vote'] as const)('a %s', (kind) => {
  const make = async (window: number, by: Member = chain.world.members[1]) => (await MADE[kind](by, window)).bytes

  it.each([HEAD, HEAD + 1, HEAD + 2])('of window %i, from the head to two beyond, is taken', async (window) => {
    const node = receiver()
    expect(await say(node, kind, await make(window))).toBe('accepted')
    expect(node.behind).toEqual(window > HEAD + 1 ? ['peer'] : [])
    const { confirmations, reveals, votes } = node.loop.state
    const held = { confirmation: confirmations, reveal: reveals, vote: votes }[kind]
    expect(held.get(window)).toBeDefined()
  })

  it('that was heard before is a duplicate, whoever sends it', async () => {
    const node = receiver()
    const bytes = await make(HEAD + 1)
    expect(await say(node, kind, bytes, 'a')).toBe('accepted')
    expect(await say(node, kind, bytes.slice(), 'b')).toBe('duplicate')
  })

  it('of a window before the head is stale; of one out of reach it only shows that this node is behind', async () => {
    const node = receiver()
    expect(await say(node, kind, await make(HEAD - 1))).toBe('stale')
    expect(node.behind).toEqual([])
    expect(await say(node, kind, await make(HEAD + 3))).toBe('ahead')
    expect(node.behind).toEqual(['peer'])
  })

  it('with a wrong signature is refused, and the right one still taken afterwards', async () => {
    const node = receiver()
    const bytes = await make(HEAD + 1)
    expect(await say(node, kind, flipped(bytes))).toBe('InvalidSignature')
    const [one, two] = chain.world.members
    const stolen = concatBytes(bytes.subarray(0, -3309), (await make(HEAD + 1, one)).subarray(-3309))
    expect(await say(node, kind, stolen)).toBe('InvalidSignature')
    expect(await say(node, kind, await make(HEAD + 1, two), 'other')).toBe('accepted')
  })

  it('of somebody who is no member yet is not remembered, and nobody is blamed', async () => {
    const node = receiver()
    const bytes = await make(HEAD + 1, chain.world.candidate)
    expect(await say(node, kind, bytes)).toBe('UnknownNode')
    expect(await say(node, kind, bytes)).toBe('UnknownNode')
    expect(isMisbehaviour('UnknownNode')).toBe(false)
  })
})

describe('an envelope', () => {
  it('of the next window is a draft until its certificate cements it', async () => {
    const node = receiver()
    expect(await say(node, 'proposal', chain.next.envelope)).toBe('accepted')
    expect(node.loop.head).toBe(HEAD)
    expect(await say(node, 'certificate', await certificateOf(chain.world, chain.next, 1))).toBe('accepted')
    expect(node.loop.head).toBe(HEAD + 1)
    expect(node.rejections).toEqual([])
  })

  it('that is cemented here is a duplicate; one from beyond the next window shows that this node is behind', async () => {
    const node = receiver()
    for (const { envelope } of chain.built) expect(await say(node, 'proposal', envelope)).toBe('duplicate')
    expect(node.behind).toEqual([])
    const before = createReceiver(chain.world, {
      ...chain.restored,
      chain: chain.built[0]?.after ?? chain.restored.chain,
    })
    expect(await say(before, 'proposal', chain.next.envelope)).toBe('ahead')
    expect(before.behind).toEqual(['peer'])
  })

  it('with a wrong header signature is refused by name', async () => {
    const node = receiver()
    expect(await say(node, 'proposal', flipped(chain.next.envelope, 3_700))).toBe('InvalidSignature')
    expect(node.loop.state.vote.drafts.size).toBe(0)
  })

  it('of a type that the ledger does not know is irrelevant', async () => {
    const node = receiver()
    const outcome = node.outcome((inbox) => inbox.receive('peer', 0x7f, chain.next.envelope))
    expect(await outcome).toBe('irrelevant')
  })
})

describe('a draft', () => {
  it('of the open window is judged once', async () => {
    const node = receiver()
    expect(await say(node, 'draft', chain.next.envelope)).toBe('accepted')
    expect(await say(node, 'draft', chain.next.envelope, 'other')).toBe('duplicate')
    expect([...node.loop.state.vote.drafts.values()]).toMatchObject([{ verdict: { ok: true } }])
  })

  it('of another window is irrelevant; a later one shows that this node is behind', async () => {
    const node = receiver()
    expect(await say(node, 'draft', chain.head.envelope)).toBe('irrelevant')
    expect(node.behind).toEqual([])
    const early = createReceiver(chain.world, { ...chain.restored, chain: chain.head.before })
    expect(await say(early, 'draft', chain.next.envelope)).toBe('irrelevant')
    expect(early.behind).toEqual(['peer'])
  })

  it('with a wrong header signature is refused', async () => {
    const node = receiver()
    expect(await say(node, 'draft', flipped(chain.next.envelope, 3_700))).toBe('InvalidSignature')
    expect(await say(node, 'draft', chain.next.envelope)).toBe('accepted')
  })

  it('that somebody passed on with a list cut away does not keep out the true one', async () => {
    const node = receiver()
    const { header, confirmers, control } = decodeEnvelope(chain.next.envelope)
    const cut = encodeEnvelope({ header: header.bytes, confirmers, evidence: [], control })
    expect(await say(node, 'draft', cut, 'liar')).toBe('accepted')
    expect(node.rejections).toEqual(['QuorumNotReached liar'])
    expect(await say(node, 'draft', chain.next.envelope, 'honest')).toBe('accepted')
    expect(draftOfProposal(node.loop.state, proposalHash(header.scope))).toMatchObject({ verdict: { ok: true } })
    expect(node.rejections).toEqual(['QuorumNotReached liar'])
  })

  it('that is wrong is not judged again and again', async () => {
    const node = receiver()
    const { header, confirmers, control } = decodeEnvelope(chain.next.envelope)
    const cut = encodeEnvelope({ header: header.bytes, confirmers, evidence: [], control })
    const heard: string[] = []
    for (let i = 0; i < 4; i++) heard.push(await say(node, 'draft', cut, 'liar'))
    expect(heard.slice(-2)).toEqual(['duplicate', 'duplicate'])
  })
})

describe('a Propose', () => {
  const holder = () => {
    const rule = proposerRule(chain.world.document)
    return memberNamed(chain.world, roundHolder(rule, chain.head.after, 1))
  }

  it('is taken from the holder of its round, once', async () => {
    const node = receiver()
    const { bytes } = await signPropose(chain.world, holder(), { window: HEAD + 1 })
    expect(await say(node, 'propose', bytes, 'a')).toBe('accepted')
    expect(await say(node, 'propose', bytes, 'b')).toBe('duplicate')
    expect(node.loop.state.vote.proposals.get(1)?.bytes).toEqual(bytes)
  })

  it('of somebody who does not hold the round, or of no round, is refused', async () => {
    const node = receiver()
    const other = chain.world.members.find((member) => member !== holder()) ?? chain.world.candidate
    for (const by of [other, chain.world.candidate]) {
      const { bytes } = await signPropose(chain.world, by, { window: HEAD + 1 })
      expect(await say(node, 'propose', bytes)).toBe('InvalidPropose')
    }
    const none = await signPropose(chain.world, holder(), { window: HEAD + 1, round: 0 })
    expect(await say(node, 'propose', none.bytes)).toBe('InvalidPropose')
    expect(node.loop.state.vote.proposals.size).toBe(0)
  })

  it('of another window is irrelevant', async () => {
    const node = receiver()
    for (const window of [HEAD, HEAD + 2]) {
      const { bytes } = await signPropose(chain.world, holder(), { window })
      expect(await say(node, 'propose', bytes)).toBe('irrelevant')
    }
    expect(node.behind).toEqual(['peer'])
  })
})

describe('a certificate', () => {
  it('with one bad signature is refused whole', async () => {
    const node = receiver()
    await say(node, 'proposal', chain.next.envelope)
    const bytes = await certificateOf(chain.world, chain.next, 1)
    for (const at of [76 + 40, -1]) expect(await say(node, 'certificate', flipped(bytes, at))).toBe('InvalidSignature')
    expect(node.loop.head).toBe(HEAD)
  })

  it('without signers proves nothing', async () => {
    const node = receiver()
    const {
      window,
      proposalHash: hash,
      contextHash,
    } = decodeCertificate(await certificateOf(chain.world, chain.next, 1))
    const bytes = encodeCertificate({ window, proposalHash: hash, contextHash, round: 1, votes: [] })
    expect(await say(node, 'certificate', bytes)).toBe('InvalidSignature')
  })

  it('below the quorum, or of round 0, is refused by the engine and its sender named', async () => {
    const node = receiver()
    await say(node, 'proposal', chain.next.envelope)
    expect(await say(node, 'certificate', await certificateOf(chain.world, chain.next, 1, 2), 'few')).toBe('accepted')
    expect(await say(node, 'certificate', await certificateOf(chain.world, chain.next, 0), 'zero')).toBe('accepted')
    expect(node.rejections).toEqual(['CertificateQuorum few', 'CertificateQuorum zero'])
    expect(node.loop.head).toBe(HEAD)
  })

  it('of a window that is cemented the same here is a duplicate; beyond the next window this node is behind', async () => {
    const node = receiver()
    expect(await say(node, 'certificate', await certificateOf(chain.world, chain.head, 1))).toBe('duplicate')
    const early = createReceiver(chain.world, { ...chain.restored, chain: chain.head.before })
    expect(await say(early, 'certificate', await certificateOf(chain.world, chain.next, 1))).toBe('ahead')
    expect([node.behind, early.behind]).toEqual([[], ['peer']])
  })
})

describe('a registration', () => {
  it('is taken when the key that it registers signed it', async () => {
    const node = receiver()
    expect(await say(node, 'registration', await signRegistration(chain.world.candidate))).toBe('accepted')
  })

  it('is refused with a signature of somebody else, a changed one and one of an unknown suite', async () => {
    const node = receiver()
    const [one] = chain.world.members
    const foreign = await signRegistration(chain.world.candidate, {}, one)
    const changed = flipped(await signRegistration(chain.world.candidate))
    const suite = await signRegistration(chain.world.candidate, { suiteId: 2 })
    for (const bytes of [foreign, changed, suite])
      expect(await say(node, 'registration', bytes)).toBe('InvalidSignature')
  })
})

describe('a notice', () => {
  const notice = async (by: Member, state = chain.head.after) => {
    const { timechainValue } = decodeEnvelope(chain.next.envelope).header
    return await signHeader(
      by,
      noticeHeader(state, { proposerNodeId: by.identity.nodeId, timechainValue, fallbackDepth: 1 }),
    )
  }

  it('of the next window is taken, of an older one stale, with a wrong signature refused', async () => {
    const node = receiver()
    const [one] = chain.world.members
    expect(await say(node, 'proposal', await notice(one))).toBe('accepted')
    expect(await say(node, 'proposal', await notice(one, chain.head.before))).toBe('stale')
    expect(await say(node, 'proposal', flipped(await notice(one)))).toBe('InvalidSignature')
    expect(node.outcomes.every((outcome) => outcome.startsWith('notice'))).toBe(true)
  })

  it('from beyond the next window, by a member that this node does not know yet, blames nobody', async () => {
    const node = receiver()
    const outcome = await say(node, 'proposal', await notice(chain.world.candidate, chain.next.after))
    expect(isMisbehaviour(outcome)).toBe(false)
    expect(node.behind).toEqual(['peer'])
  })
})

describe('malformed bytes', () => {
  const valid = async (): Promise<Record<Way, Uint8Array>> => {
    const { world, next } = chain
    const [one] = world.members
    return {
      reveal: (await signReveal(one, { window: HEAD + 1 })).bytes,
      confirmation: (await signConfirmation(one, { window: HEAD + 1, opHashes: [new Uint8Array(32)] })).bytes,
      proposal: next.envelope,
      registration: await signRegistration(world.candidate),
      draft: next.envelope,
      propose: (await signPropose(world, one, { window: HEAD + 1 })).bytes,
      vote: (await signVote(world, one, { window: HEAD + 1 })).bytes,
      certificate: await certificateOf(world, next, 1),
    }
  }

  it('of every kind are named so, cut at either end or drawn out', async () => {
    const node = receiver()
    for (const [way, bytes] of Object.entries(await valid()) as [Way, Uint8Array][]) {
      const variants = [
        new Uint8Array(),
        bytes.subarray(1),
        bytes.subarray(0, -1),
        concatBytes(bytes, Uint8Array.of(0)),
      ]
      for (const variant of variants) expect(await say(node, way, variant)).toBe('MalformedMessage')
    }
    expect(node.loop.head).toBe(HEAD)
  })

  it('drawn at random never throw and never move the ledger', async () => {
    const node = receiver()
    const random = seededRandom(5)
    const below = (limit: number) => Math.floor(random.next() * limit)
    const all = Object.entries(await valid()) as [Way, Uint8Array][]
    let said = 0
    for (const [way, bytes] of all) {
      for (let i = 0; i < 30; i++) {
        const noise =
          i % 2 === 0
            ? Uint8Array.from({ length: below(6_000) }, () => below(256))
            : flipped(bytes, below(bytes.length))
        expect(await say(node, way, noise)).toEqual(expect.any(String))
        said++
      }
    }
    expect(node.outcomes).toHaveLength(said)
    expect(node.loop.head).toBe(HEAD)
  })
})

import { toHex } from '@montana/foundation'
import { beforeAll, describe, expect, it } from 'vitest'
import { decodeCertificate, encodeCertificate, PRECOMMIT, type RecentWindow, windowWeights } from '../../src/index.js'
import {
  authentic,
  type BenchDraft,
  type BenchNode,
  broadcasts,
  CLOCK,
  effectsOf,
  findings,
  NIL,
  VoteBench,
} from '../support/vote-bench.js'

let bench: VoteBench
let self: Uint8Array
let others: Uint8Array[]
let draft: BenchDraft

beforeAll(() => {
  bench = new VoteBench()
  self = bench.holder(4)
  others = bench.others(self)
  draft = bench.draft(1)
})

const certified = (node: BenchNode, signers: readonly Uint8Array[], round = 1) => {
  return node.feed({ type: 'certificate', from: 'peer', certificate: bench.certificate(draft, signers, round) })
}

describe('a certificate of the window that is open', () => {
  it('cements the draft at hand, and is stored with the window', () => {
    const node = certified(bench.node(self).tick(4).receive(draft), others)
    expect(node.head).toBe(4)
    const [commit] = effectsOf(node.take(), 'commit')
    expect(commit?.commit.certificate).toEqual(bench.certificate(draft, others).bytes)
  })

  it.each([
    ['less than a quorum', (list: readonly Uint8Array[]) => list.slice(0, 2), 1],
    ['strangers', (list: readonly Uint8Array[]) => [...list.slice(0, 2), new Uint8Array(32).fill(0xee)], 1],
    ['round 0, which exists without a vote only', (list: readonly Uint8Array[]) => list, 0],
  ])('of %s is refused and kept nowhere', (_, signers, round) => {
    const node = bench.node(self).tick(4).receive(draft)
    node.take()
    certified(node, signers(others), round)
    expect(node.head).toBe(3)
    expect(node.state.vote.certificate).toBeUndefined()
    expect(effectsOf(node.take(), 'rejected').map(({ code }) => code)).toEqual(['CertificateQuorum'])
  })

  it('cannot name one member twice', () => {
    const [one = NIL] = others
    const votes = bench.votes([one, one, one], 1, PRECOMMIT, draft.value)
    const { hash, contextHash } = draft
    const bytes = encodeCertificate({ window: 4, proposalHash: hash, contextHash, round: 1, votes })
    expect(() => decodeCertificate(bytes)).toThrow()
  })

  it('halts a node whose own tables give other roots than the certified header states', () => {
    const { envelope, signatures } = draft.candidate
    const node = bench.node(self, { chain: wrongTables() }).tick(4)
    node.feed({ type: 'draft', from: 'peer', candidate: { envelope, signatures } })
    certified(node, others)
    expect(findings(node.take())).toEqual(['StateDiverged'])
    expect(node.state.halted).toBe('StateDiverged')
    expect(effectsOf(node.run(20_000).take(), 'sign')).toEqual([])
  })

  it('of a later window only shows that this node is behind', () => {
    const node = bench.node(self).tick(4)
    node.take()
    const certificate = { ...bench.certificate(draft, others), window: 6 }
    node.feed({ type: 'certificate', from: 'peer', certificate })
    expect(effectsOf(node.take(), 'behind').map(({ window }) => window)).toEqual([6])
  })
})

/** S_3 in which the account of slot 1 has another balance: an error in this node alone. */
function wrongTables() {
  const { tables } = bench.chain
  const [account] = [...tables.accounts.entries()]
  if (!account) throw new Error('no account')
  const accounts = tables.accounts.set({ ...account, balance: account.balance + 1n })
  return { ...bench.chain, tables: { ...tables, accounts } }
}

describe('a certificate of a cemented window', () => {
  const recent = (): RecentWindow => {
    const { hash, contextHash } = bench.draft(1, { endpoint: new Uint8Array(32).fill(0x77) })
    const weights = windowWeights(bench.chain)
    const flags = { weights, isCertified: true, isDisputed: false, proposerNodeId: undefined }
    return { value: toHex(CLOCK), proposalHash: hash, contextHash, ...flags }
  }
  const node = () => {
    const one = bench.node(self)
    one.state = { ...one.state, values: new Map([[3, recent()]]) }
    return one
  }
  const other = (signers: readonly Uint8Array[]) => ({ ...bench.certificate(draft, signers), window: 3 })

  it('for another value, by a quorum, halts the node once', () => {
    const one = node()
    one.take()
    for (let i = 0; i < 2; i++) one.feed({ type: 'certificate', from: 'peer', certificate: other(others) })
    expect(findings(one.take())).toEqual(['ForkDetected'])
    expect(one.state.halted).toBe('ForkDetected')
  })

  it('for another value, by less, is nothing', () => {
    const one = node()
    one.feed({ type: 'certificate', from: 'peer', certificate: other(others.slice(0, 2)) })
    expect(findings(one.take())).toEqual([])
    expect(one.state.halted).toBeUndefined()
  })
})

describe('an envelope of the window that is open', () => {
  const envelope = (from: string, one = draft) => ({ type: 'envelope', from, candidate: one.candidate }) as const

  it('cements nothing by itself; its sender is asked for the certificate, once a second', () => {
    const node = bench.node(self).tick(4)
    node.take()
    node.feed(envelope('a'), envelope('a'), envelope('b'))
    expect(node.head).toBe(3)
    const wanted = effectsOf(node.take(), 'fetch').map((effect) => [effect.wanted.what, effect.wanted.from])
    expect(wanted).toEqual([
      ['certificate', 'a'],
      ['certificate', 'b'],
    ])
  })

  it('its sender is asked although its places are taken', () => {
    const node = bench.node(self).tick(4)
    for (const nodeId of bench.members) {
      const few = bench.otherBody(draft, nodeId)
      node.receive({ ...few, candidate: authentic(few.bytes, { evidence: false }) })
    }
    node.take()
    node.feed(envelope('a'))
    expect(effectsOf(node.take(), 'fetch').map(({ wanted }) => wanted.what)).toEqual(['certificate'])
    certified(node, others)
    expect(node.feed(envelope('a')).head).toBe(4)
  })

  it('is sent to everybody by its proposer after the commit, and by nobody else', () => {
    const proposer = certified(bench.node(bench.holder(1)).tick(4).receive(draft), others)
    expect(broadcasts(proposer.take(), 'proposal').map(toHex)).toEqual([toHex(draft.bytes)])
    const node = certified(bench.node(self).tick(4).receive(draft), others)
    expect(broadcasts(node.take(), 'proposal')).toEqual([])
  })
})

describe('a clock that disagrees with what a quorum certified', () => {
  const wrong = new Uint8Array(32).fill(0x5a)

  it('runs once more; if it agrees then, the window is cemented with its certificate', () => {
    const node = certified(bench.node(self).tick(4, wrong).receive(draft), others)
    expect(node.head).toBe(3)
    expect(effectsOf(node.take(), 'grind').length).toBeGreaterThan(0)
    node.tick(4)
    expect(node.head).toBe(4)
    const effects = node.take()
    expect(findings(effects)).toEqual(['LocalClockFault'])
    expect(effectsOf(effects, 'commit')[0]?.commit.certificate).toBeDefined()
  })

  it('signs nothing more when two runs disagree', () => {
    const node = certified(bench.node(self).tick(4, wrong).receive(draft), others).tick(4, wrong)
    expect(node.state.halted).toBe('TimechainDivergence')
    node.take()
    expect(effectsOf(node.run(20_000).take(), 'sign')).toEqual([])
  })
})

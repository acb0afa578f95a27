import { toHex } from '@montana/foundation'
import { beforeAll, describe, expect, it } from 'vitest'
import { decodeEnvelope, encodeEnvelope, headerScope, PRECOMMIT, PREVOTE } from '../../src/index.js'
import { type BenchDraft, effectsOf, findings, NIL, VoteBench } from '../support/vote-bench.js'

let bench: VoteBench
let self: Uint8Array
let others: Uint8Array[]
let draft: BenchDraft
/** What slot 1 signs besides, over another clock value. */
let twin: BenchDraft
const nil = toHex(NIL)

beforeAll(() => {
  bench = new VoteBench()
  self = bench.holder(4)
  others = bench.others(self)
  draft = bench.draft(1)
  twin = bench.draft(1, { endpoint: new Uint8Array(32).fill(0x77) })
})

describe('two headers of one proposer', () => {
  it('are reported once, in whatever order they come, and neither is voted for', () => {
    for (const [a, b] of [
      [draft, twin],
      [twin, draft],
    ] as const) {
      const node = bench.node(self).tick(4).receive(a, b, a, b, bench.propose(1, draft))
      const effects = node.take()
      expect(findings(effects)).toEqual(['EquivocatingProposer'])
      const [evidence] = effectsOf(effects, 'evidence')
      expect([evidence?.ours, evidence?.theirs].map((bytes) => toHex(bytes ?? NIL))).toEqual(
        [a, b].map(({ candidate }) => toHex(candidate.envelope.header.bytes)),
      )
      expect(node.votes(1).prevote).toBe(nil)
    }
  })

  it('do not take the vote from one that a quorum prevoted: members may be locked on it', () => {
    const node = bench
      .node(self)
      .tick(4)
      .receive(draft, ...bench.votes(others, 1, PREVOTE, draft.value), twin)
    node.receive(...bench.votes(others, 1, PRECOMMIT, NIL), bench.propose(2, draft, 1))
    expect(node.votes(2).prevote).toBe(toHex(draft.value))
  })

  it('make the next slot draft for itself instead of passing one on', () => {
    const second = bench.holder(2)
    const node = bench.node(second).tick(4)
    for (const nodeId of bench.others(second)) {
      node.feed({ type: 'confirmation', from: 'peer', confirmation: bench.confirmation(nodeId) })
    }
    node.receive(draft, twin, ...bench.votes(bench.others(second), 2, PREVOTE, NIL)).run(10)
    const [header] = node.journal.filter(({ kind }) => kind === 'header')
    expect(decodeEnvelope(header?.bytes ?? NIL).header.fallbackDepth).toBe(2)
  })

  it('are not two where the second is unsigned, by somebody else, or the same', () => {
    const node = bench.node(self).tick(4).receive(draft, draft, bench.draft(2))
    const { candidate } = twin
    const unsigned = { envelope: candidate.envelope, signatures: { ...candidate.signatures, header: false } }
    node.feed({ type: 'draft', from: 'peer', candidate: unsigned })
    expect(findings(node.take())).toEqual([])
    expect(node.state.vote.drafts.size).toBe(2)
  })

  it('told by a peer count as well', () => {
    const node = bench.node(self).tick(4)
    node.feed({ type: 'disputed', window: 4, proposerNodeId: bench.holder(1) })
    expect(node.receive(draft, bench.propose(1, draft)).votes(1).prevote).toBe(nil)
  })

  it('in a cemented window change nothing but leave evidence', () => {
    const node = bench.node(self).tick(4).receive(draft)
    node.feed({ type: 'certificate', from: 'peer', certificate: bench.certificate(draft, others) })
    node.take()
    node.feed({ type: 'envelope', from: 'peer', candidate: twin.candidate })
    expect(findings(node.take())).toEqual(['EquivocatingProposer'])
    expect(node.head).toBe(4)
  })
})

describe('the second vote of one who signs two', () => {
  const voters = () => {
    const [a = NIL, b = NIL, liar = NIL] = others
    return { a, b, liar }
  }

  it('counts for the value that it names, once a Propose names that too: halves of the members may have seen either first', () => {
    const { a, b, liar } = voters()
    const node = bench.node(self).tick(4).receive(draft, bench.propose(1, draft))
    node.receive(...bench.votes([a, b], 1, PRECOMMIT, draft.value), bench.vote(liar, 1, PRECOMMIT, NIL))
    expect(node.head).toBe(3)
    node.receive(bench.vote(liar, 1, PRECOMMIT, draft.value))
    expect(node.head).toBe(4)
    expect(findings(node.take())).toContain('EquivocatingVoter')
  })

  it('counts for nothing else: neither twice for one round nor for a value that nobody put to the vote', () => {
    const { liar } = voters()
    const node = bench.node(self).tick(4).receive(draft)
    const strange = [1, 2, 3].map((byte) => new Uint8Array(32).fill(byte))
    node.receive(...strange.map((value) => bench.vote(liar, 1, PREVOTE, value)))
    expect(node.state.votes.get(4)?.get('1:1')?.size).toBe(1)
    node.receive(bench.propose(1, draft), bench.vote(liar, 1, PREVOTE, draft.value))
    node.run(1_500)
    expect(node.votes(1).precommit).toBeUndefined()
  })
})

describe('drafts without end', () => {
  it('of one proposer have two places, and whatever a Propose names another', () => {
    const node = bench.node(self).tick(4)
    const many = [1, 2, 3, 4].map((byte) => bench.draft(1, { endpoint: new Uint8Array(32).fill(byte) }))
    node.receive(...many)
    expect(node.state.vote.drafts.size).toBe(2)
    const named = many[3]
    if (!named) throw new Error('no draft')
    node.receive(bench.propose(1, named), named)
    expect(node.state.vote.drafts.size).toBe(3)
  })

  it('are 32 in all: what a quorum prevoted and what is put to the vote stay, whatever comes after', () => {
    const node = bench
      .node(self)
      .tick(4)
      .receive(draft, ...bench.votes(others, 1, PREVOTE, draft.value))
    const many = Array.from({ length: 40 }, (_, byte) => bench.draft(2, { endpoint: new Uint8Array(32).fill(byte) }))
    for (const [index, one] of many.entries()) node.receive(bench.propose(1 + (index % 9), one), one)
    expect(node.state.vote.drafts.size).toBe(32)
    const held = new Set([...node.state.vote.drafts.values()].map(({ candidate }) => candidate.envelope.bytes))
    expect(held.has(draft.bytes)).toBe(true)
    // The slot holders speak of later rounds, so the node is in one; its first Propose is what is put to the vote.
    expect(held.has(many[node.state.vote.round - 1]?.bytes ?? NIL)).toBe(true)
  })

  it('an unsigned header costs no place and names nobody', () => {
    const node = bench.node(self).tick(4)
    node.take()
    for (let target = 1n; target <= 40n; target++) {
      const { header, confirmers, evidence } = draft.candidate.envelope
      const bytes = new Uint8Array(3722)
      bytes.set(headerScope({ ...header, target }))
      const envelope = decodeEnvelope(encodeEnvelope({ header: bytes, confirmers, evidence, control: [] }))
      const signatures = { ...draft.candidate.signatures, header: false }
      node.feed({ type: 'draft', from: 'peer', candidate: { envelope, signatures } })
    }
    expect(node.state.vote.drafts.size).toBe(0)
    expect(effectsOf(node.take(), 'rejected').map(({ code }) => code)).toContain('InvalidSignature')
    expect(node.receive(draft, bench.propose(1, draft)).votes(1).prevote).toBe(toHex(draft.value))
  })

  it('a slot holder that names many gets one fetched, and the one that a quorum wants', () => {
    const named = [1, 2, 3].map((byte) => bench.draft(1, { endpoint: new Uint8Array(32).fill(byte) }))
    const node = bench.node(self).tick(4)
    node.take()
    node.receive(...named.map((one) => bench.propose(1, one)))
    const fetched = () =>
      effectsOf(node.take(), 'fetch').flatMap(({ wanted }) => (wanted.what === 'draft' ? [toHex(wanted.hash)] : []))
    expect(fetched()).toEqual([toHex(named[0]?.hash ?? NIL)])
    node.run(3_000)
    fetched()
    node.receive(...bench.votes(others, 1, PREVOTE, named[2]?.value ?? NIL))
    expect(fetched()).toEqual([toHex(named[2]?.hash ?? NIL)])
  })
})

describe('two votes of one member', () => {
  it('count once, the first, and are reported once', () => {
    const [voter] = others
    const pair = [draft.value, twin.value, NIL].map((value) => bench.vote(voter ?? NIL, 1, PREVOTE, value))
    const node = bench
      .node(self)
      .tick(4)
      .receive(...pair, ...pair)
    const effects = node.take()
    expect(findings(effects)).toEqual(['EquivocatingVoter'])
    const [evidence] = effectsOf(effects, 'evidence')
    expect(toHex(evidence?.ours ?? NIL)).toBe(toHex(pair[0]?.bytes ?? NIL))
    expect(toHex(evidence?.theirs ?? NIL)).toBe(toHex(pair[1]?.bytes ?? NIL))
    expect([...(node.state.votes.get(4)?.get('1:1')?.values() ?? [])].map(({ value }) => toHex(value))).toEqual([
      toHex(draft.value),
    ])
  })

  it('are not two in different rounds, phases or windows', () => {
    const [voter = NIL] = others
    const node = bench.node(self).tick(4)
    node.receive(bench.vote(voter, 1, PREVOTE, NIL), bench.vote(voter, 1, PRECOMMIT, draft.value))
    node.receive(bench.vote(voter, 2, PREVOTE, draft.value), bench.vote(voter, 1, PREVOTE, draft.value, 5))
    expect(findings(node.take())).toEqual([])
  })

  it('count from the window after the one in which the member is admitted', () => {
    const [voter = NIL] = others
    const { nodes } = bench.chain.tables
    const record = nodes.get(voter)
    if (!record) throw new Error('no member')
    const tables = { ...bench.chain.tables, nodes: nodes.set({ ...record, startWindow: 4 }) }
    const node = bench.node(self, { chain: { ...bench.chain, tables } })
    node.receive(bench.vote(voter, 1, PREVOTE, NIL), bench.vote(voter, 1, PREVOTE, NIL, 5))
    expect(node.state.votes.get(4)?.size ?? 0).toBe(0)
    expect(node.state.votes.get(5)?.size).toBe(1)
  })

  it('of strangers, of round 0 and of far windows are not kept', () => {
    const [voter = NIL] = others
    const node = bench.node(self).tick(4)
    const before = node.state.votes
    node.receive(bench.vote(new Uint8Array(32).fill(0xaa), 1, PREVOTE, NIL), bench.vote(voter, 0, PRECOMMIT, NIL))
    node.receive(bench.vote(voter, 1, PREVOTE, NIL, 99), bench.vote(voter, 1, PREVOTE, NIL, 2))
    expect(node.state.votes).toBe(before)
  })
})

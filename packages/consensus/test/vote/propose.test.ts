import { toHex } from '@montana/foundation'
import { beforeAll, describe, expect, it } from 'vitest'
import { decodePropose, draftOfProposal, PRECOMMIT, PREVOTE } from '../../src/index.js'
import { type BenchDraft, type BenchNode, broadcasts, effectsOf, NIL, VoteBench } from '../support/vote-bench.js'

let bench: VoteBench
let first: BenchDraft

beforeAll(() => {
  bench = new VoteBench()
  first = bench.draft(1)
})

/** The holder of a slot, with its clock and the confirmations of `confirmers` others. */
function holder(slot: number, confirmers = 3): BenchNode {
  const nodeId = bench.holder(slot)
  const node = bench.node(nodeId).tick(4)
  for (const other of bench.others(nodeId).slice(0, confirmers)) {
    node.feed({ type: 'confirmation', from: 'peer', confirmation: bench.confirmation(other) })
  }
  return node
}

const proposes = (node: BenchNode) => broadcasts(node.take(), 'propose').map(decodePropose)

describe('rule 2: the slot holder proposes', () => {
  it('its own draft, journaled and sent before the Propose', () => {
    const node = holder(1)
    const sent = node.take().flatMap((effect) => {
      if (effect.type === 'journal') return [effect.entry.kind]
      return effect.type === 'broadcast' ? [`send ${effect.message.kind}`] : []
    })
    const order = ['header', 'propose', 'send draft', 'send propose', 'vote', 'send vote']
    expect(sent.filter((one) => order.includes(one))).toEqual(order)
    expect(node.votes(1).prevote).not.toBe(toHex(NIL))
  })

  it('only with a quorum of confirmations, and all of them or a grace', () => {
    expect(proposes(holder(1, 1).run(2_000))).toEqual([])
    const nodeId = bench.holder(1)
    const slow = bench.node(nodeId)
    slow.state = { ...slow.state, periodMs: 5_000 }
    slow.tick(4)
    const [a, b] = bench.others(nodeId)
    for (const other of [a, b]) {
      slow.feed({ type: 'confirmation', from: 'peer', confirmation: bench.confirmation(other ?? NIL) })
    }
    expect(proposes(slow.run(999))).toEqual([])
    expect(proposes(slow.run(2))).toHaveLength(1)
  })

  it('never in the turn of another', () => {
    expect(proposes(holder(2).run(2_999))).toEqual([])
  })

  it('a valid draft that it holds rather than its own, in its round and with valid_round 0', () => {
    const node = holder(2).receive(first)
    node.take()
    node.receive(...bench.votes(bench.others(bench.holder(2)), 2, PREVOTE, NIL))
    expect(proposes(node)).toMatchObject([{ round: 2, validRound: 0, value: first.value, proposalHash: first.hash }])
    expect(node.journal.filter(({ kind }) => kind === 'header')).toEqual([])
  })

  it('the body that was proposed before rather than another under the same header', () => {
    const other = bench.otherBody(first, bench.holder(3))
    const node = holder(2).receive(other, bench.propose(1, first), first)
    node.take()
    node.receive(...bench.votes(bench.others(bench.holder(2)), 2, PREVOTE, NIL))
    expect(proposes(node)).toMatchObject([{ round: 2, value: first.value }])
    expect(toHex(draftOfProposal(node.state, first.hash)?.candidate.envelope.bytes ?? NIL)).toBe(toHex(first.bytes))
  })

  it('its valid value with its round before anything else', () => {
    const others = bench.others(bench.holder(2))
    const node = holder(2).receive(bench.draft(1, { without: bench.holder(3) }), first)
    node.receive(...bench.votes(others, 1, PREVOTE, first.value)).run(3_000)
    node.receive(...bench.votes(others, 1, PREVOTE, first.value), ...bench.votes(others, 1, PRECOMMIT, NIL))
    expect(proposes(node)).toMatchObject([{ round: 2, validRound: 1, value: first.value }])
  })

  it('once per round, whatever it learns later', () => {
    const node = holder(1)
    node.receive(bench.draft(2), first).run(500)
    const effects = node.take()
    expect(broadcasts(effects, 'propose')).toHaveLength(1)
    expect(effectsOf(effects, 'sign').filter(({ kind }) => kind === 'propose')).toHaveLength(1)
  })

  it('draws one header per window, also when its turn comes again', () => {
    const node = holder(1)
    const others = bench.others(bench.holder(1))
    for (let round = 1; round <= bench.slots.length; round++)
      node.receive(...bench.votes(others, round, PRECOMMIT, NIL))
    node.run(10)
    const sent = proposes(node)
    expect(sent.length).toBeGreaterThanOrEqual(2)
    expect(new Set(sent.map(({ proposalHash }) => toHex(proposalHash))).size).toBe(1)
    expect(effectsOf(node.effects, 'finding')).toEqual([])
  })
})

describe('signatures in flight', () => {
  it('are dropped when the window closes meanwhile', () => {
    const node = bench.node(bench.holder(3))
    node.isSigning = false
    node.tick(4).receive(first, bench.propose(1, first))
    expect(node.pending.map(({ kind }) => kind)).toContain('vote')
    const others = bench.others(bench.holder(3))
    node.feed({ type: 'certificate', from: 'peer', certificate: bench.certificate(first, others) })
    expect(node.head).toBe(4)
    node.take()
    node.sign()
    const effects = node.take()
    expect(effectsOf(effects, 'journal')).toEqual([])
    expect(effectsOf(effects, 'broadcast')).toEqual([])
  })

  it('a Propose too', () => {
    const node = holder(2).receive(first)
    node.isSigning = false
    const others = bench.others(bench.holder(2))
    node.receive(...bench.votes(others, 2, PREVOTE, NIL))
    expect(node.pending.map(({ kind }) => kind)).toContain('propose')
    node.feed({ type: 'certificate', from: 'peer', certificate: bench.certificate(first, others) })
    node.take()
    node.sign()
    expect(proposes(node)).toEqual([])
    expect(node.journal.filter(({ kind }) => kind === 'propose')).toEqual([])
  })

  it('are asked for once per round and phase, and go out although the round has moved on', () => {
    const node = bench.node(bench.holder(3))
    node.isSigning = false
    node.tick(4).run(3_000).wait(100).wait(100)
    const asked = node.pending.map(({ kind }) => kind)
    expect(asked.sort()).toEqual(['confirmation', 'reveal', 'vote'])
    node.receive(...bench.votes(bench.others(bench.holder(3)), 2, PREVOTE, NIL))
    node.sign()
    expect(node.votes(1).prevote).toBe(toHex(NIL))
  })

  it('are not used any more once the node has halted', () => {
    const node = bench.node(bench.holder(3))
    node.isSigning = false
    node.tick(4).run(3_000)
    node.state = { ...node.state, halted: 'StateDiverged' }
    node.take()
    node.sign()
    expect(effectsOf(node.take(), 'broadcast')).toEqual([])
  })
})

describe('a slot list with dead slots', () => {
  it('is gone through slot by slot, until one that lives proposes', () => {
    const slot = 3
    const node = holder(slot)
    const others = bench.others(bench.holder(slot))
    for (let round = 1; round < slot; round++) {
      node
        .run(3_000 * round)
        .receive(...bench.votes(others, round, PREVOTE, NIL), ...bench.votes(others, round, PRECOMMIT, NIL))
    }
    expect(proposes(node)).toMatchObject([{ round: slot }])
  })
})

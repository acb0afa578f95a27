import { toHex } from '@montana/foundation'
import { beforeAll, describe, expect, it } from 'vitest'
import { PRECOMMIT, PREVOTE } from '../../src/index.js'
import { authentic, type BenchDraft, effectsOf, findings, VoteBench } from '../support/vote-bench.js'

let bench: VoteBench
let self: Uint8Array
/** What slot 1 drafted and put to the vote, and what a relay makes of it: another list 2 under the same signed header. */
let draft: BenchDraft
let changed: BenchDraft
let broken: BenchDraft

beforeAll(() => {
  bench = new VoteBench()
  self = bench.holder(3)
  draft = bench.draft(1)
  changed = bench.otherBody(draft, bench.holder(2))
  broken = { ...draft, candidate: authentic(changed.bytes, { evidence: false }) }
})

const quorum = (phase: number) => bench.votes(bench.others(self), 1, phase, draft.value)

describe('a header that arrives with another body first', () => {
  it('is one proposal of two values', () => {
    expect(toHex(changed.hash)).toBe(toHex(draft.hash))
    expect(toHex(changed.value)).not.toBe(toHex(draft.value))
  })

  it.each([
    ['valid but of another value', () => changed],
    ['refused', () => broken],
  ])('%s: the body that the Propose names is asked for, taken and voted for', (_, first) => {
    const node = bench.node(self).tick(4).receive(first(), bench.propose(1, draft))
    expect(effectsOf(node.take(), 'fetch').map(({ wanted }) => wanted.what)).toContain('draft')
    expect(node.votes(1).prevote).toBeUndefined()
    node.receive(draft)
    expect(node.votes(1).prevote).toBe(toHex(draft.value))
  })

  it.each([
    ['valid but of another value', () => changed],
    ['refused', () => broken],
  ])('%s: a certificate halts nobody, and the certified body is cemented when it comes', (_, first) => {
    const node = bench.node(self).tick(4).receive(first())
    const certificate = bench.certificate(draft, bench.others(self))
    node.feed({ type: 'certificate', from: 'peer', certificate })
    expect(node.state.halted).toBeUndefined()
    expect(effectsOf(node.take(), 'fetch').map(({ wanted }) => wanted.what)).toContain('draft')
    node.receive(draft)
    expect(node.head).toBe(4)
    expect(findings(node.take())).toEqual([])
  })

  it('cements on a quorum of precommits once the right body is there', () => {
    const node = bench
      .node(self)
      .tick(4)
      .receive(changed, bench.propose(1, draft), ...quorum(PREVOTE), ...quorum(PRECOMMIT))
    expect(node.head).toBe(3)
    node.receive(draft)
    expect(node.head).toBe(4)
  })

  it('cannot be crowded out: however many bodies came before, the one that is named has a place', () => {
    const node = bench.node(self).tick(4)
    for (const nodeId of bench.members) {
      const few = bench.otherBody(draft, nodeId)
      node.receive({ ...few, candidate: authentic(few.bytes, { evidence: false }) })
    }
    expect(node.state.vote.drafts.size).toBe(2)
    node.receive(bench.propose(1, draft), draft)
    expect(node.votes(1).prevote).toBe(toHex(draft.value))
  })
})

describe('a certificate', () => {
  it('asks for its draft again until it comes', () => {
    const node = bench.node(self)
    node.feed({ type: 'certificate', from: 'peer', certificate: bench.certificate(draft, bench.others(self)) })
    expect(effectsOf(node.take(), 'fetch')).toHaveLength(1)
    node.run(3_500)
    expect(effectsOf(node.take(), 'fetch').length).toBeGreaterThanOrEqual(3)
  })
})

import { beforeAll, describe, expect, it } from 'vitest'
import { PREVOTE } from '../src/index.js'
import { type BenchNode, effectsOf, findings, NIL, VoteBench } from './support/vote-bench.js'

let bench: VoteBench
let self: Uint8Array
let others: Uint8Array[]

beforeAll(() => {
  bench = new VoteBench()
  self = bench.holder(4)
  others = bench.others(self)
})

/** A member at head 3 whose journal may have been lost. */
const forgetful = () => bench.node(self, { signFrom: undefined }).tick(4)
const state = (node: BenchNode, heads: readonly number[]) => {
  for (const [index, window] of heads.entries()) node.feed({ type: 'status', nodeId: others[index] ?? NIL, window })
  return node
}
const signFrom = (node: BenchNode) => effectsOf(node.take(), 'signFrom').map(({ window }) => window)

describe('the amnesia rule, spec protocol 16.3', () => {
  it('signs nothing, and keeps up with the rounds all the same', () => {
    const node = forgetful().run(20_000)
    node.receive(...others.map((nodeId) => bench.vote(nodeId, 3, PREVOTE, NIL)))
    expect(node.state.vote.round).toBe(3)
    expect(effectsOf(node.take(), 'sign')).toEqual([])
  })

  it('ends when members of quorum weight, the node included, are not ahead: two windows after the next', () => {
    const node = state(forgetful(), [3])
    node.feed({ type: 'status', nodeId: self, window: 3 })
    expect(signFrom(node)).toEqual([])
    expect(signFrom(state(node, [3, 2]))).toEqual([6])
    expect(node.state.signFrom).toBe(6)
    expect(effectsOf(node.run(20_000).take(), 'sign')).toEqual([])
  })

  it('does not end while members are ahead, nor by what strangers or the node itself state', () => {
    const node = state(forgetful(), [4, 4, 4])
    for (const nodeId of [self, new Uint8Array(32).fill(0xaa), new Uint8Array(32).fill(0xab)]) {
      node.feed({ type: 'status', nodeId, window: 3 })
    }
    expect(signFrom(node)).toEqual([])
  })
})

describe('what the own key signed and the journal does not know', () => {
  const echo = (window: number) => bench.vote(self, 1, PREVOTE, NIL, window)

  it('silences the node for that window and two more, once', () => {
    const node = bench.node(self)
    node.take()
    node.receive(echo(4))
    const effects = node.take()
    expect(findings(effects)).toEqual(['JournalBehind'])
    expect(effectsOf(effects, 'signFrom').map(({ window }) => window)).toEqual([7])
    node
      .tick(4)
      .receive(bench.vote(self, 2, PREVOTE, NIL))
      .run(20_000)
    const later = node.take()
    expect(effectsOf(later, 'sign')).toEqual([])
    expect(findings(later)).toEqual([])
  })

  it('is also a confirmation', () => {
    const node = bench.node(self)
    node.feed({ type: 'confirmation', from: 'peer', confirmation: bench.confirmation(self) })
    expect(findings(node.take())).toEqual(['JournalBehind'])
  })

  it('is not what the journal holds, and not a vote of the window that is cemented', () => {
    const before = bench.node(self).tick(4).run(3_000)
    const node = bench.node(self, { journal: before.journal })
    const own = before.state.own.votes.get(4)?.get('1:1')
    expect(own).toBeDefined()
    node.receive(bench.vote(self, 1, PREVOTE, NIL), bench.vote(self, 1, PREVOTE, NIL, 3))
    expect(findings(node.take())).toEqual([])
  })
})

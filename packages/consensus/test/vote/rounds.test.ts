import { toHex } from '@montana/foundation'
import { beforeAll, describe, expect, it } from 'vitest'
import { PRECOMMIT, PREVOTE } from '../../src/index.js'
import { type BenchDraft, broadcasts, CLOCK, effectsOf, NIL, VoteBench } from '../support/vote-bench.js'

let bench: VoteBench
let self: Uint8Array
let others: Uint8Array[]
let draft: BenchDraft
const nil = toHex(NIL)

beforeAll(() => {
  bench = new VoteBench()
  self = bench.holder(4)
  others = bench.others(self)
  draft = bench.draft(1)
})

describe('rule 1: the first round', () => {
  it('begins with the own clock value, and not before the pace allows', () => {
    const node = bench.node(self)
    node.now = 100
    node.tick(4)
    expect(node.state.vote.round).toBe(0)
    expect(node.wakeAtMs).toBe(200)
    node.run(100)
    expect(node.state.vote.round).toBe(1)
  })

  it('begins with a valid draft where the clock is slower', () => {
    const node = bench.node(self)
    node.wait(10)
    expect(node.state.vote.round).toBe(0)
    node.receive(draft)
    expect(node.state.vote.round).toBe(1)
  })

  it('is nothing for an observer, who cements all the same', () => {
    const node = bench.node(new Uint8Array(32).fill(0xee)).tick(4)
    node.receive(draft, bench.propose(1, draft), ...bench.votes(others, 1, PREVOTE, draft.value))
    expect(node.state.vote.round).toBe(0)
    expect(effectsOf(node.effects, 'sign')).toEqual([])
    node.receive(...bench.votes(others, 1, PRECOMMIT, draft.value))
    expect(node.head).toBe(4)
  })
})

describe('rules 3 to 5: what ends a step when nobody agrees', () => {
  it('prevotes nil when the slot holder stays silent, after 3 s and a second more per round', () => {
    const node = bench.node(self).tick(4)
    expect(node.run(2_999).votes(1).prevote).toBeUndefined()
    expect(node.run(1).votes(1).prevote).toBe(nil)
  })

  it('waits for the slot holder by the pace of its own clock, and by the grace that drafters give', () => {
    const slow = bench.node(self)
    slow.state = { ...slow.state, periodMs: 1_700 }
    slow.now = 4_000
    slow.tick(4)
    expect(slow.run(8_339).votes(1).prevote).toBeUndefined()
    expect(slow.run(1).votes(1).prevote).toBe(nil)
  })

  it('precommits nil at once on a quorum of nil prevotes', () => {
    const node = bench.node(self).tick(4).run(3_000)
    node.receive(...bench.votes(others.slice(0, 2), 1, PREVOTE, NIL))
    expect(node.votes(1).precommit).toBe(nil)
    expect(effectsOf(node.take(), 'fetch')).toEqual([])
  })

  it('gives a quorum that does not agree a second, then precommits nil', () => {
    const node = bench.node(self).tick(4).run(3_000)
    const [first, second] = others
    if (!first || !second) throw new Error('no members')
    node.receive(bench.vote(first, 1, PREVOTE, draft.value))
    expect(node.run(1_500).votes(1).precommit).toBeUndefined()
    node.receive(bench.vote(second, 1, PREVOTE, NIL))
    expect(node.run(999).votes(1).precommit).toBeUndefined()
    expect(node.run(1).votes(1).precommit).toBe(nil)
  })

  it('enters the next round at once on a quorum of nil precommits', () => {
    const node = bench.node(self).tick(4).run(3_000)
    node.receive(
      ...bench.votes(others.slice(0, 2), 1, PREVOTE, NIL),
      ...bench.votes(others.slice(0, 2), 1, PRECOMMIT, NIL),
    )
    expect(node.state.vote.round).toBe(2)
  })

  it('waits a second for precommits that do not agree, whatever they say and in whatever step it is', () => {
    const node = bench.node(self).tick(4).run(300)
    node.receive(
      ...bench.votes(others.slice(0, 2), 1, PRECOMMIT, NIL),
      ...bench.votes(others.slice(2), 1, PRECOMMIT, draft.value),
    )
    expect(node.run(999).state.vote.round).toBe(1)
    expect(node.run(1).state.vote.round).toBe(2)
  })

  it('stays in its round without a quorum, however long that lasts', () => {
    const node = bench.node(self).tick(4)
    expect(node.run(60_000).state.vote.round).toBe(1)
    node.receive(
      ...bench.votes(others.slice(0, 1), 1, PREVOTE, NIL),
      ...bench.votes(others.slice(0, 1), 1, PRECOMMIT, NIL),
    )
    expect(node.run(60_000).state.vote.round).toBe(1)
  })

  it('gives later rounds half a second more for votes, up to ten seconds', () => {
    const node = bench.node(self).tick(4)
    const waits: number[] = []
    for (const round of [1, 2, 3, 19, 20, 30]) {
      node.receive(...bench.votes(others.slice(0, 2), round, PREVOTE, NIL))
      node.receive(...bench.votes(others.slice(0, 2), round, PRECOMMIT, NIL))
      node.receive(...bench.votes(others.slice(2), round, PRECOMMIT, draft.value))
      waits.push((node.state.vote.precommitEndsMs ?? 0) - node.now)
    }
    expect(waits).toEqual([1_000, 1_500, 2_000, 10_000, 10_000, 10_000])
  })

  it('every round has a longer wait for the slot holder, up to eight times the first', () => {
    const node = bench.node(self).tick(4)
    const waits: number[] = []
    for (let round = 1; round <= 10; round++) {
      const { proposeEndsMs } = node.state.vote
      waits.push((proposeEndsMs ?? 0) - node.now)
      node.receive(...bench.votes(others, round, PRECOMMIT, NIL))
    }
    expect(waits).toEqual([3, 6, 9, 12, 15, 18, 21, 24, 24, 24].map((seconds) => seconds * 1_000))
  })
})

describe('rule 6: a later round', () => {
  it('is entered on more weight than the dishonest may hold, the slot holder counted with its Propose', () => {
    const voters = others.filter((nodeId) => toHex(nodeId) !== toHex(bench.holder(3)))
    const node = bench.node(self).tick(4)
    const one = voters.slice(0, 1)
    node.receive(...bench.votes(one, 3, PREVOTE, NIL), ...bench.votes(one, 3, PRECOMMIT, NIL))
    expect(node.state.vote.round).toBe(1)
    node.receive(bench.propose(3, draft))
    expect(node.state.vote.round).toBe(3)
  })

  it('is entered too when restarts have left the others in different ones: the latest that enough of them reached', () => {
    const [first = NIL, second = NIL] = others
    const node = bench.node(self).tick(4)
    node.receive(bench.vote(first, 7, PREVOTE, NIL), bench.vote(second, 5, PREVOTE, NIL))
    expect(node.state.vote.round).toBe(5)
  })

  it('leaves a nil vote for the round that was skipped, because the others may be waiting there for just that one', () => {
    const node = bench.node(self).tick(4)
    node.receive(...bench.votes(others.slice(0, 2), 5, PREVOTE, NIL))
    expect(node.votes(4)).toEqual({ prevote: undefined, precommit: undefined })
    node.run(1_000)
    expect(node.votes(4)).toEqual({ prevote: toHex(NIL), precommit: toHex(NIL) })
    expect(node.votes(3)).toEqual({ prevote: undefined, precommit: undefined })
  })

  it('is never an earlier one', () => {
    const node = bench
      .node(self)
      .tick(4)
      .receive(...bench.votes(others, 5, PREVOTE, NIL))
    expect(node.state.vote.round).toBe(5)
    node.receive(...bench.votes(others, 2, PREVOTE, NIL), ...bench.votes(others, 2, PRECOMMIT, NIL))
    expect(node.state.vote.round).toBe(5)
  })

  it('one member far ahead makes this node ask for the votes that took it there', () => {
    const [first] = others
    const node = bench.node(self).tick(4)
    node.receive(bench.vote(first ?? NIL, 9, PREVOTE, NIL))
    expect(node.state.vote.round).toBe(1)
    node.take()
    node.run(2_500)
    const wanted = effectsOf(node.take(), 'fetch').map((effect) => effect.wanted.what)
    expect(wanted.filter((what) => what === 'votes').length).toBeGreaterThanOrEqual(2)
  })
})

describe('rule 8: re-sending', () => {
  it('repeats the latest votes every second, and needs no other event for it', () => {
    const node = bench.node(self).tick(4).receive(draft, bench.propose(1, draft))
    expect(node.votes(1).prevote).toBe(toHex(draft.value))
    node.take()
    node.run(3_000)
    expect(broadcasts(node.take(), 'vote')).toHaveLength(3)
  })

  it('repeats the prevotes that justify the valid value, of whatever round', () => {
    const node = bench.node(self).tick(4).receive(draft, bench.propose(1, draft))
    node.receive(...bench.votes(others, 1, PREVOTE, draft.value), ...bench.votes(others, 1, PRECOMMIT, NIL))
    expect(node.state.vote.round).toBe(2)
    node.take()
    node.run(1_000)
    const sent = new Set(broadcasts(node.take(), 'vote').map(toHex))
    for (const vote of bench.votes(others, 1, PREVOTE, draft.value)) expect(sent.has(toHex(vote.bytes))).toBe(true)
  })
})

describe('a vote of very many rounds', () => {
  it('counts the votes of its latest rounds, and ends when somebody proposes at last', () => {
    const node = bench.node(self).tick(4)
    for (let round = 1; round <= 80; round++) {
      node.receive(...bench.votes(others, round, PREVOTE, NIL), ...bench.votes(others, round, PRECOMMIT, NIL))
    }
    expect(node.state.vote.round).toBe(81)
    expect(node.state.votes.get(4)?.size).toBeLessThanOrEqual(64 + 8)
    node.receive(
      draft,
      ...bench.votes(others, 81, PREVOTE, draft.value),
      ...bench.votes(others, 81, PRECOMMIT, draft.value),
    )
    expect(node.head).toBe(4)
  })

  it('keeps the prevotes of the valid value', () => {
    const node = bench.node(self).tick(4).receive(draft, bench.propose(1, draft))
    node.receive(...bench.votes(others, 1, PREVOTE, draft.value), ...bench.votes(others, 1, PRECOMMIT, NIL))
    for (let round = 2; round <= 80; round++) {
      node.receive(...bench.votes(others, round, PREVOTE, NIL), ...bench.votes(others, round, PRECOMMIT, NIL))
    }
    expect(node.state.votes.get(4)?.get('1:1')?.size).toBe(4)
  })

  it('holds no more of a member that votes for rounds at random', () => {
    const [first] = others
    const node = bench.node(self).tick(4)
    for (let round = 1_000; round < 1_200; round++) node.receive(bench.vote(first ?? NIL, round, PREVOTE, CLOCK))
    expect(node.state.votes.get(4)?.size).toBeLessThanOrEqual(64)
  })
})

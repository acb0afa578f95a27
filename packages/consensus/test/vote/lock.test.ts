import { toHex } from '@montana/foundation'
import { beforeAll, describe, expect, it } from 'vitest'
import { PRECOMMIT, PREVOTE } from '../../src/index.js'
import { type BenchDraft, type BenchNode, CLOCK, effectsOf, NIL, VoteBench } from '../support/vote-bench.js'

let bench: VoteBench
let self: Uint8Array
let others: Uint8Array[]
let first: BenchDraft
let second: BenchDraft
const nil = toHex(NIL)

beforeAll(() => {
  bench = new VoteBench()
  self = bench.holder(4)
  others = bench.others(self)
  first = bench.draft(1)
  second = bench.draft(2)
})

/** Locked on `first` in round 1, now in round `round`. */
function locked(round: number): BenchNode {
  const node = bench.node(self).tick(4).receive(first, second, bench.propose(1, first))
  node.receive(...bench.votes(others, 1, PREVOTE, first.value))
  expect(node.votes(1)).toEqual({ prevote: toHex(first.value), precommit: toHex(first.value) })
  for (let ended = 1; ended < round; ended++) node.receive(...bench.votes(others, ended, PRECOMMIT, NIL))
  expect(node.state.vote.round).toBe(round)
  return node
}

describe('rule 3: Propose(v, 0)', () => {
  it('prevotes v when it is valid and nothing is locked', () => {
    const node = bench.node(self).tick(4).receive(first, bench.propose(1, first))
    expect(node.votes(1).prevote).toBe(toHex(first.value))
  })

  it.each([
    ['another clock value than the own', () => bench.draft(1, { endpoint: new Uint8Array(32).fill(3) })],
    ['a depth beyond the round', () => second],
  ])('prevotes nil for %s', (_, make) => {
    const node = bench.node(self).tick(4).receive(make(), bench.propose(1, make()))
    expect(node.votes(1).prevote).toBe(nil)
  })

  it('prevotes nil when the value is not of the proposal that is named', () => {
    const wrong = { ...first, hash: second.hash }
    const node = bench.node(self).tick(4).receive(first, bench.propose(1, wrong))
    expect(node.votes(1).prevote).toBe(nil)
  })

  it('takes a draft of an earlier slot', () => {
    const node = bench
      .node(self)
      .tick(4)
      .receive(...bench.votes(others, 2, PREVOTE, NIL), first, bench.propose(2, first))
    expect(node.votes(2).prevote).toBe(toHex(first.value))
  })

  it('counts the first Propose of a round only', () => {
    const node = bench
      .node(self)
      .tick(4)
      .receive(...bench.votes(others, 2, PREVOTE, NIL))
    node.receive(bench.propose(2, first), bench.propose(2, second), second)
    expect(node.votes(2).prevote).toBeUndefined()
    expect(node.receive(first).votes(2).prevote).toBe(toHex(first.value))
  })

  it('under `full` it waits for the own clock', () => {
    const node = bench.node(self, { config: { verify: { kind: 'full' } } }).receive(first, bench.propose(1, first))
    expect(node.votes(1).prevote).toBeUndefined()
    expect(node.tick(4, CLOCK).votes(1).prevote).toBe(toHex(first.value))
  })

  it('asks for a draft that is missing, again every second, and prevotes nil when it never comes', () => {
    const node = bench.node(self).tick(4).receive(bench.propose(1, first))
    node.take()
    node.run(2_500)
    const asked = effectsOf(node.take(), 'fetch').filter((effect) => effect.wanted.what === 'draft')
    expect(asked.length).toBeGreaterThanOrEqual(2)
    expect(node.run(500).votes(1).prevote).toBe(nil)
  })

  it('prevotes nil when locked on another value, and v when locked on it', () => {
    expect(locked(2).receive(bench.propose(2, second)).votes(2).prevote).toBe(nil)
    expect(locked(2).receive(bench.propose(2, first)).votes(2).prevote).toBe(toHex(first.value))
  })
})

describe('rule 3: Propose(v, r) with 1 ≤ r < ρ', () => {
  const quorum = () => bench.votes(others, 2, PREVOTE, second.value)

  it('unlocks on a quorum of prevotes for v in a round not before the lock', () => {
    const node = locked(3).receive(...quorum(), bench.propose(3, second, 2))
    expect(node.votes(3).prevote).toBe(toHex(second.value))
  })

  it('stays locked on a proof from before the lock', () => {
    const node = bench.node(self).tick(4).receive(first, second).run(3_000)
    node.receive(...bench.votes(others, 1, PRECOMMIT, NIL), bench.propose(2, first))
    node.receive(...bench.votes(others, 2, PREVOTE, first.value), ...bench.votes(others, 2, PRECOMMIT, NIL))
    expect(node.state.vote.lock.lockedRound).toBe(2)
    node.receive(...bench.votes(others, 1, PREVOTE, second.value), bench.propose(3, second, 1))
    expect(node.votes(3).prevote).toBe(nil)
  })

  it('prevotes what it is locked on, on whatever proof', () => {
    const node = bench.node(self).tick(4).receive(first).run(3_000)
    node.receive(
      ...bench.votes(others, 1, PREVOTE, NIL),
      ...bench.votes(others, 1, PRECOMMIT, NIL),
      bench.propose(2, first),
    )
    node.receive(...bench.votes(others, 2, PREVOTE, first.value), ...bench.votes(others, 2, PRECOMMIT, NIL))
    expect(node.state.vote.lock.lockedRound).toBe(2)
    // Only a dishonest slot holder names a round in which there was no such quorum.
    expect(
      node
        .receive(bench.propose(3, first, 1))
        .run(9_000)
        .votes(3).prevote,
    ).toBe(nil)
    const other = bench
      .node(self)
      .tick(4)
      .receive(first, ...bench.votes(others, 2, PREVOTE, NIL))
    other.receive(...bench.votes(others, 2, PRECOMMIT, NIL), bench.propose(3, first))
    other.receive(...bench.votes(others, 3, PREVOTE, first.value), ...bench.votes(others, 3, PRECOMMIT, NIL))
    other.receive(
      ...bench.votes(others, 1, PREVOTE, first.value),
      ...bench.votes(others, 4, PRECOMMIT, NIL),
      bench.propose(5, first, 1),
    )
    expect(other.state.vote.lock.lockedRound).toBe(3)
    expect(other.votes(5).prevote).toBe(toHex(first.value))
  })

  it('says nothing without the proof, asks for it, and uses it when it comes', () => {
    const node = locked(3)
    node.take()
    node.receive(bench.propose(3, second, 2))
    expect(node.votes(3).prevote).toBeUndefined()
    expect(effectsOf(node.take(), 'fetch').map(({ wanted }) => wanted.what)).toEqual(['votes'])
    expect(node.receive(...quorum()).votes(3).prevote).toBe(toHex(second.value))
  })

  it('takes no proof of less than a quorum', () => {
    const node = locked(3).receive(...quorum().slice(0, 2), bench.propose(3, second, 2))
    expect(node.run(9_000).votes(3).prevote).toBe(nil)
  })

  it('prevotes nil for a round that is not before its own', () => {
    expect(
      locked(3)
        .receive(...quorum(), bench.propose(3, second, 3))
        .votes(3).prevote,
    ).toBe(nil)
  })
})

describe('rule 4: precommit, lock and valid value', () => {
  it('locks, journals the lock before the precommit, and precommits', () => {
    const node = locked(1)
    const kinds = effectsOf(node.take(), 'journal').map(({ entry }) => `${entry.kind}${entry.phase}`)
    expect(kinds.slice(-3)).toEqual(['vote1', 'lock0', 'vote2'])
    const { lock } = node.state.vote
    expect(lock).toMatchObject({ lockedRound: 1, validRound: 1, validValue: toHex(first.value) })
  })

  it('not before its own prevote, and not without the draft', () => {
    const node = bench
      .node(self)
      .tick(4)
      .receive(...bench.votes(others, 1, PREVOTE, first.value))
    expect(node.votes(1).precommit).toBeUndefined()
    expect(node.run(3_000).votes(1)).toEqual({ prevote: nil, precommit: undefined })
    expect(node.receive(first).votes(1).precommit).toBe(toHex(first.value))
    const early = bench
      .node(self)
      .tick(4)
      .receive(first, ...bench.votes(others, 1, PREVOTE, first.value))
    expect(early.state.vote.lock.validRound).toBe(0)
    expect(early.run(3_000).votes(1)).toEqual({ prevote: nil, precommit: toHex(first.value) })
  })

  it('after its precommit of nil a quorum of prevotes makes v valid but locks nothing', () => {
    const node = bench.node(self).tick(4).receive(first).run(3_000)
    node.receive(...bench.votes(others.slice(0, 2), 1, PREVOTE, NIL))
    expect(node.votes(1).precommit).toBe(nil)
    const other = bench.node(self).tick(4).receive(first, bench.propose(1, first))
    other.receive(
      ...bench.votes(others.slice(0, 1), 1, PREVOTE, first.value),
      ...bench.votes(others.slice(1, 2), 1, PREVOTE, NIL),
    )
    other.run(1_000)
    expect(other.votes(1).precommit).toBe(nil)
    other.receive(...bench.votes(others.slice(2), 1, PREVOTE, first.value))
    expect(other.state.vote.lock).toMatchObject({ lockedRound: 0, validRound: 1, validValue: toHex(first.value) })
    expect(other.votes(1).precommit).toBe(nil)
  })

  it('locks anew on what a quorum prevotes in a later round, and keeps the lock through rounds of nil', () => {
    const idle = locked(2).receive(bench.propose(2, second), ...bench.votes(others, 2, PREVOTE, NIL))
    expect(idle.state.vote.lock).toMatchObject({ lockedRound: 1, lockedValue: toHex(first.value) })
    const node = locked(2).receive(bench.propose(2, second), ...bench.votes(others, 2, PREVOTE, second.value))
    expect(node.state.vote.lock).toMatchObject({ lockedRound: 2, lockedValue: toHex(second.value), validRound: 2 })
  })
})

describe('rule 5: cementing', () => {
  it('commits on a quorum of precommits of the own round or of an earlier one, with them as the certificate', () => {
    const now = locked(2).receive(...bench.votes(others, 2, PRECOMMIT, first.value))
    const late = bench
      .node(self)
      .tick(4)
      .receive(first, ...bench.votes(others, 2, PREVOTE, NIL))
    late.receive(...bench.votes(others, 1, PRECOMMIT, first.value))
    for (const node of [now, late]) {
      expect(node.head).toBe(4)
      const [commit] = effectsOf(node.take(), 'commit')
      expect(commit?.commit.certificate?.length).toBe(76 + 3 * 3341)
    }
  })

  it('not on less than a quorum, and not by counting a member twice', () => {
    const two = bench.votes(others.slice(0, 2), 1, PRECOMMIT, first.value)
    const node = bench.node(new Uint8Array(32).fill(0xee)).receive(first, ...two, ...two)
    expect(node.head).toBe(3)
    expect(node.receive(...bench.votes(others.slice(2), 1, PRECOMMIT, first.value)).head).toBe(4)
  })

  it('not across rounds or phases', () => {
    const node = bench.node(new Uint8Array(32).fill(0xee)).receive(first)
    node.receive(...bench.votes(others.slice(0, 2), 1, PRECOMMIT, first.value))
    node.receive(
      ...bench.votes(others.slice(2), 2, PRECOMMIT, first.value),
      ...bench.votes(others.slice(2), 1, PREVOTE, first.value),
    )
    expect(node.head).toBe(3)
  })

  it('counts votes of the window after only when that window opens, and asks about a value that nobody named', () => {
    const ahead = bench.votes(others, 1, PRECOMMIT, first.value).map((vote) => {
      return bench.vote(vote.nodeId, 1, PRECOMMIT, CLOCK, 5)
    })
    const node = bench
      .node(self)
      .tick(4)
      .receive(first, ...ahead)
    expect(node.head).toBe(3)
    node.take()
    node.receive(...bench.votes(others, 1, PRECOMMIT, first.value))
    expect(node.head).toBe(4)
    expect(effectsOf(node.take(), 'fetch').map(({ wanted }) => [wanted.what, wanted.window])).toEqual([['votes', 5]])
  })

  it('gets the draft that a quorum precommitted', () => {
    const node = bench.node(self).tick(4).receive(bench.propose(1, first)).run(3_000)
    node.take()
    node.receive(...bench.votes(others, 1, PRECOMMIT, first.value))
    node.run(1_000)
    expect(effectsOf(node.take(), 'fetch').map(({ wanted }) => wanted.what)).toContain('draft')
    expect(node.receive(first).head).toBe(4)
  })
})

import { toHex } from '@montana/foundation'
import { beforeAll, describe, expect, it } from 'vitest'
import { draftOfProposal, type JournalEntry, PRECOMMIT, PREVOTE } from '../../src/index.js'
import {
  type BenchDraft,
  type BenchNode,
  broadcasts,
  effectsOf,
  findings,
  NIL,
  registrationOf,
  VoteBench,
} from '../support/vote-bench.js'

let bench: VoteBench
let self: Uint8Array
let others: Uint8Array[]
let draft: BenchDraft
let second: BenchDraft

beforeAll(() => {
  bench = new VoteBench()
  self = bench.holder(4)
  others = bench.others(self)
  draft = bench.draft(1)
  second = bench.draft(2)
})

/** A whole round 1 that ends with a lock and a precommit. */
function lockedNode(): BenchNode {
  const node = bench.node(self).tick(4).receive(draft, bench.propose(1, draft))
  return node.receive(...bench.votes(others, 1, PREVOTE, draft.value))
}

const isVote = ({ kind, phase }: JournalEntry, of: number) => kind === 'vote' && phase === of

describe('a process that died between any two journal entries', () => {
  it('never signs a second vote for one round and phase, whatever it hears afterwards', () => {
    const { journal } = lockedNode()
    for (let kept = 0; kept <= journal.length; kept++) {
      const before = journal.slice(0, kept)
      const node = bench.node(self, { journal: before }).tick(4)
      node.receive(second, bench.propose(1, second), ...bench.votes(others, 1, PREVOTE, NIL)).run(10_000)
      for (const entry of before.filter(({ kind }) => kind === 'vote')) {
        expect(node.journal.filter((e) => e.kind === 'vote' && e.round === 1 && e.phase === entry.phase)).toEqual([])
      }
    }
  })

  it('goes on in the round and step that it had reached, with its lock and the draft', () => {
    const { journal } = lockedNode()
    const node = bench.node(self, { journal })
    const { vote } = node.state
    expect([vote.round, vote.step]).toEqual([1, 'precommit'])
    expect(vote.lock).toMatchObject({ lockedRound: 1, lockedValue: toHex(draft.value) })
    expect(draftOfProposal(node.state, draft.hash)?.candidate.envelope.bytes).toEqual(draft.bytes)
    node.tick(4).receive(...bench.votes(others, 1, PRECOMMIT, NIL), second, bench.propose(2, second))
    expect(node.votes(2).prevote).toBe(toHex(NIL))
  })

  it('makes the precommit of a lock whose precommit was never signed', () => {
    const journal = lockedNode().journal.filter((entry) => !isVote(entry, PRECOMMIT))
    const node = bench.node(self, { journal }).tick(4)
    expect(node.votes(1).precommit).toBe(toHex(draft.value))
  })

  it('is in the round of its lock even where no vote of that round was signed', () => {
    const journal = lockedNode().journal.filter(({ kind }) => kind !== 'vote')
    const node = bench.node(self, { journal })
    expect(node.state.vote.round).toBe(1)
    node.tick(4).run(4_000)
    expect(node.votes(1)).toEqual({ prevote: toHex(NIL), precommit: toHex(draft.value) })
  })

  it('has a wake-up for whatever step it is in', () => {
    const { journal } = lockedNode()
    for (let kept = 0; kept <= journal.length; kept++) {
      const node = bench.node(self, { journal: journal.slice(0, kept) })
      expect(node.wakeAtMs).toBeGreaterThan(0)
    }
  })
})

describe('the proof of a lock', () => {
  it('survives the restart of everybody: a quorum of prevotes is sent again', () => {
    const node = bench.node(self, { journal: lockedNode().journal }).tick(4)
    node.run(1_000)
    const proof = new Set(broadcasts(node.take(), 'vote').map(toHex))
    const known = bench.votes(others, 1, PREVOTE, draft.value).filter(({ bytes }) => proof.has(toHex(bytes)))
    // With the own one a quorum, as it was when the lock was made.
    expect(known).toHaveLength(2)
  })

  it('is read from a journal whose lock was written without it', () => {
    const journal = lockedNode().journal.map((entry) => {
      if (entry.kind !== 'lock') return entry
      const withoutPrevotes = 2 + 32 + 2 + 32 + 4 + draft.bytes.length
      return { ...entry, bytes: entry.bytes.slice(0, withoutPrevotes) }
    })
    expect(bench.node(self, { journal }).state.vote.lock.lockedValue).toBe(toHex(draft.value))
  })
})

describe('a proposer that restarts', () => {
  it('has one header per window, and continues with the draft that it signed', () => {
    const proposer = bench.holder(1)
    const before = bench.node(proposer)
    const confirm = (node: BenchNode) => {
      for (const nodeId of bench.others(proposer)) {
        node.feed({ type: 'confirmation', from: 'peer', confirmation: bench.confirmation(nodeId) })
      }
      return node.run(500)
    }
    confirm(before.tick(4))
    const header = before.journal.filter(({ kind }) => kind === 'header')
    expect(header).toHaveLength(1)
    const upToHeader = before.journal.slice(0, before.journal.findIndex(({ kind }) => kind === 'header') + 1)
    const after = confirm(bench.node(proposer, { journal: upToHeader }).tick(4))
    expect(after.journal.filter(({ kind }) => kind === 'header')).toEqual([])
    const [propose] = after.journal.filter(({ kind }) => kind === 'propose')
    expect(toHex(propose?.bytes.subarray(44, 76) ?? NIL)).toBe(toHex(header[0]?.hash ?? NIL))
    expect(broadcasts(after.take(), 'draft')).toHaveLength(1)
  })
})

describe('a confirmation signed before the restart', () => {
  it('is never followed by one of another clock value', () => {
    const before = bench.node(self).tick(4)
    const journal = before.journal.filter(({ kind }) => kind === 'confirmation')
    expect(journal).toHaveLength(1)
    const after = bench.node(self, { journal })
    after.tick(4, new Uint8Array(32).fill(0x5a))
    after.feed({ type: 'registration', from: 'peer', registration: registrationOf(bench) })
    const [asked] = effectsOf(after.take(), 'verifyCandidate')
    if (!asked) throw new Error('the registration was refused')
    after.feed({ type: 'candidateVerified', hash: asked.hash, verdict: 'valid' })
    expect(after.journal.filter(({ kind }) => kind === 'confirmation')).toEqual([])
    expect(findings(after.take())).toEqual([])
  })
})

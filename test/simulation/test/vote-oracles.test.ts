import {
  type CementVote,
  decodeEnvelope,
  decodeVote,
  headOf,
  PRECOMMIT,
  PREVOTE,
  type StepResult,
  voteScope,
  ZERO_HASH,
} from '@montana/consensus'
import { concatBytes } from '@montana/foundation'
import { describe, expect, it } from 'vitest'
import type { UndatedEvent } from '../src/node/inbox.js'
import { EquivocationOracle } from '../src/oracles/equivocation-oracle.js'
import { VoteOracle } from '../src/oracles/vote-oracle.js'
import { firstOf, runQuietly } from './support/history.js'

const [A, B] = [new Uint8Array(32).fill(0xaa), new Uint8Array(32).fill(0xbb)]
const { world, watcher } = runQuietly(4, { members: 4, hint: { newcomers: 0 } })
const process = firstOf(world)
const members = world.processes.slice(0, 4).map(({ nodeId }) => nodeId)
const window = watcher.history.head

function vote(member: number, round: number, phase: number, value: Uint8Array, of = window): CementVote {
  const scope = voteScope({ nodeId: members[member] ?? ZERO_HASH, window: of, round, phase, value })
  return decodeVote(concatBytes(scope, new Uint8Array(3309)))
}

describe('the two rules of the vote', () => {
  const oracle = (...heard: CementVote[]) => {
    const made = new VoteOracle(world.document, (w) => watcher.history.standingBefore(w))
    for (const one of heard) made.note(one)
    return made
  }
  const prevotes = (round: number, value: Uint8Array, count: number) => {
    return [0, 1, 2].slice(0, count).map((member) => vote(member, round, PREVOTE, value))
  }

  it('allow a precommit on a quorum of prevotes, of that round and value only', () => {
    const precommit = vote(0, 1, PRECOMMIT, A)
    expect(oracle(...prevotes(1, A, 3)).check(precommit)).toBeUndefined()
    expect(oracle(...prevotes(1, A, 2)).check(precommit)?.invariant).toBe(1)
    expect(oracle(...prevotes(2, A, 3)).check(precommit)?.invariant).toBe(1)
    expect(oracle(...prevotes(1, B, 3)).check(precommit)?.invariant).toBe(1)
    expect(oracle().check(vote(0, 1, PRECOMMIT, ZERO_HASH))).toBeUndefined()
  })

  it('count nobody twice', () => {
    const heard = [...prevotes(1, A, 2), ...prevotes(1, A, 2)]
    expect(oracle(...heard).check(vote(0, 1, PRECOMMIT, A))?.invariant).toBe(1)
  })

  it('let whoever is locked leave its value only for one with as late a quorum', () => {
    const locked = (...heard: CementVote[]) => {
      const made = oracle(...prevotes(2, A, 3), ...heard)
      made.check(vote(0, 2, PRECOMMIT, A))
      return made
    }
    expect(locked().check(vote(0, 3, PREVOTE, B))?.invariant).toBe(1)
    expect(locked(...prevotes(1, B, 3)).check(vote(0, 4, PREVOTE, B))?.invariant).toBe(1)
    expect(locked(...prevotes(3, B, 3)).check(vote(0, 4, PREVOTE, B))).toBeUndefined()
    expect(locked().check(vote(0, 3, PREVOTE, A))).toBeUndefined()
    expect(locked().check(vote(1, 3, PREVOTE, B))).toBeUndefined()
  })
})

describe('equivocation', () => {
  const { state } = process
  const open = headOf(state) + 1
  const event = (value: Uint8Array): UndatedEvent => ({
    type: 'vote',
    from: 'p1',
    vote: vote(1, 1, PREVOTE, value, open),
  })
  const nothing: StepResult = { state, effects: [], wakeAtMs: undefined }
  const evidence = { type: 'evidence', kind: 'vote', window: open, ours: A, theirs: B } as const
  const after = (
    second: UndatedEvent,
    result: StepResult,
    between: (oracle: EquivocationOracle) => void = () => {},
  ) => {
    const oracle = new EquivocationOracle()
    expect(oracle.check(process, state, event(A), nothing)).toBeUndefined()
    between(oracle)
    return oracle.check(process, state, second, result)?.invariant
  }

  it('must leave evidence with whoever saw both votes', () => {
    expect(after(event(B), nothing)).toBe(20)
    expect(after(event(B), { ...nothing, effects: [evidence] })).toBeUndefined()
    expect(after(event(B), { ...nothing, effects: [{ ...evidence, window: open + 1 }] })).toBe(20)
    expect(after(event(A), nothing)).toBeUndefined()
  })

  it('is forgotten with the life in which it was seen', () => {
    expect(after(event(B), nothing, (oracle) => oracle.forget(process))).toBeUndefined()
  })

  it('is noticed for headers too', () => {
    const last = process.disk.commits.at(-1)
    if (!last) throw new Error('the network cemented windows')
    const { header, ...rest } = decodeEnvelope(last.envelope)
    const draft = (scope: Uint8Array): UndatedEvent => {
      const envelope = { ...rest, header: { ...header, scope, window: open } }
      const signatures = { header: true, confirmers: [], evidence: [], control: [] }
      return { type: 'draft', from: 'p1', candidate: { envelope, signatures } }
    }
    const oracle = new EquivocationOracle()
    expect(oracle.check(process, state, draft(header.scope), nothing)).toBeUndefined()
    expect(oracle.check(process, state, draft(A), nothing)?.invariant).toBe(20)
  })
})

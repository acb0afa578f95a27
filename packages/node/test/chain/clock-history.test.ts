import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundleAggregate, decodeEnvelope } from '@montana/consensus'
import { openStore, type Store } from '@montana/store'
import { candidateSeed } from '@montana/timechain'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { seedOf, stepsOf, totalSteps } from '../../src/chain/clock-history.js'
import { type BuiltWindow, buildChain, headOfChain } from '../support/chain.js'
import { makeWorld, VOTE_RULES, type World } from '../support/world.js'

const TAU2 = 4
const WINDOWS = 18
let world: World
let built: BuiltWindow[]
let store: Store

beforeAll(async () => {
  world = await makeWorld(VOTE_RULES)
  built = await buildChain(world, [], { windows: WINDOWS })
})

afterAll(() => world.crypto.close())

/** D with which each window was really ground, from 1. */
const ground = () => built.map(({ before }) => before.context.nextD)
const context = (window = WINDOWS) => built[window - 1]?.after.context ?? headOfChain(built).after.context

describe('D of past windows', () => {
  it('is known for the epoch of the next window and the three before, and for no other', () => {
    expect(new Set(ground()).size).toBeGreaterThan(3)
    const known = Array.from({ length: WINDOWS + 3 }, (_, i) => stepsOf(context(), i + 1, TAU2))
    // Head 18: epoch 4 holds the windows 17 … 20; epoch 0, the windows 1 … 4, is forgotten.
    const expected = ground().map((d, i) => (i < 4 ? undefined : d))
    expect(known.slice(0, WINDOWS)).toEqual(expected)
    expect(known.slice(WINDOWS)).toEqual([context().nextD, context().nextD, undefined])
  })

  it('is judged by the epoch of the next window where the head closes one', () => {
    const head = context(16)
    expect(stepsOf(head, 17, TAU2)).toBe(ground()[16])
    expect(stepsOf(head, 16, TAU2)).toBe(ground()[15])
    expect(stepsOf(head, 5, TAU2)).toBe(ground()[4])
    expect(stepsOf(head, 4, TAU2)).toBeUndefined()
  })

  it('before the first epoch there is none, and the genesis knows the first', () => {
    const genesis = built[0]?.before.context ?? context()
    expect(stepsOf(genesis, 1, TAU2)).toBe(ground()[0])
    expect(stepsOf(genesis, 5, TAU2)).toBeUndefined()
    expect(stepsOf(context(5), 0, TAU2)).toBeUndefined()
  })
})

describe('S of a candidate chain', () => {
  it('is the sum of D(w_start + 1) to D(w_start + L), over the end of an epoch', () => {
    const sum = (from: number, to: number) =>
      ground()
        .slice(from - 1, to)
        .reduce((a, b) => a + b, 0)
    expect(totalSteps(context(), { wStart: 6, windows: 5 }, TAU2)).toBe(sum(7, 11))
    expect(totalSteps(context(), { wStart: 4, windows: 14 }, TAU2)).toBe(sum(5, 18))
    expect(totalSteps(context(), { wStart: 7, windows: 1 }, TAU2)).toBe(ground()[7])
  })

  it('is not known where one window is forgotten or to come', () => {
    expect(totalSteps(context(), { wStart: 3, windows: 2 }, TAU2)).toBeUndefined()
    expect(totalSteps(context(), { wStart: 18, windows: 3 }, TAU2)).toBeUndefined()
    expect(totalSteps(context(), { wStart: 18, windows: 2 }, TAU2)).toBe(2 * context().nextD)
  })
})

describe('the seed of a candidate chain', () => {
  beforeAll(async () => {
    const dir = mkdtempSync(join(tmpdir(), 'montana-seed-'))
    await buildChain(world, [dir], { windows: 6 })
    store = openStore({ dir, mode: 'write' })
  })
  afterAll(() => {
    store.close()
    rmSync(store.dir, { recursive: true, force: true })
  })

  /** CBA(window) from the envelope that carries it: list 1 of window + 1 (spec protocol 8.4). */
  const aggregate = (window: number) => {
    const signers = decodeEnvelope(built[window]?.envelope ?? new Uint8Array()).confirmers
    return bundleAggregate(
      window,
      signers.map(({ nodeId }) => nodeId),
    )
  }

  it.each([0, 1, 2, 3, 4, 5])('from window %i is made of T_r(w) and CBA(w − 2), which is zero below 2', (wStart) => {
    const { nodeId } = world.candidate.identity
    const genesis = built[0]?.before.context.timechainValue
    const timechainValue = wStart === 0 ? genesis : context(wStart).timechainValue
    const cba = wStart - 2 < 2 ? new Uint8Array(32) : aggregate(wStart - 2)
    const expected = candidateSeed(timechainValue ?? new Uint8Array(), cba, nodeId)
    expect(seedOf(store, wStart, nodeId)).toEqual(expected)
  })

  it('is another one for each window and each node', () => {
    const ids = [world.candidate.identity.nodeId, world.members[0].identity.nodeId]
    const seeds = [0, 1, 2, 3, 4, 5].flatMap((w) =>
      ids.map((id) => Buffer.from(seedOf(store, w, id) ?? []).toString('hex')),
    )
    expect(new Set(seeds).size).toBe(12)
  })

  it('from a window that is not in the store there is none', () => {
    expect(seedOf(store, 7, world.candidate.identity.nodeId)).toBeUndefined()
  })
})

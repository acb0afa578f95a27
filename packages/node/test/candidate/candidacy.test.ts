import { createSignatureVerifier } from '@montana/crypto'
import { toHex } from '@montana/foundation'
import type { ProtocolParams } from '@montana/ledger'
import { registrationHash } from '@montana/ledger'
import { loadBackend } from '@montana/native'
import { decodeStretch } from '@montana/timechain'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { seedOf } from '../../src/chain/clock-history.js'
import { CandidateRun, workVerdict } from '../support/candidate.js'
import { grind } from '../support/chain.js'
import { flipped } from '../support/messages.js'
import { altering, answering } from '../support/peers.js'
import { makeWorld, VOTE_RULES, type World } from '../support/world.js'

const PARAMS: Partial<ProtocolParams> = { vdfEntryWindows: 2, selectionInterval: 4 }
let world: World

beforeAll(async () => {
  world = await makeWorld(VOTE_RULES, PARAMS)
})
afterAll(() => world.crypto.close())

/** The same people under other parameters. */
function worldOf(params: Partial<ProtocolParams>): World {
  return { ...world, document: { ...world.document, params: { ...world.document.params, ...params } } }
}

/** A candidacy that has sent its registration; the work began at window 1. */
async function registeredRun(params: Partial<ProtocolParams> = {}): Promise<CandidateRun> {
  const run = new CandidateRun(worldOf(params))
  await run.advance(1)
  await vi.waitUntil(() => run.candidacy.progress?.windowsDone === 2, 10_000)
  await run.advance(1)
  await run.registered()
  return run
}

const bytesOf = (run: CandidateRun) => run.broadcast.at(-1) ?? new Uint8Array()
const honest = (run: CandidateRun) => answering({ candidateProof: (hash) => run.candidacy.proofOf(hash) })

describe('the way into the table', () => {
  it('waits for the head, works, registers, waits, and ends with a clean store', async () => {
    const run = new CandidateRun(world)
    run.isSynced = false
    await run.advance(1)
    expect([run.candidacy.phase, run.candidacy.progress]).toEqual(['Bootstrap', undefined])
    run.isSynced = true
    expect(run.candidacy.phase).toBe('CandidateVdf')
    await run.advance(1)
    await vi.waitUntil(() => run.candidacy.progress?.windowsDone === 2, 10_000)
    expect(run.candidacy.progress).toEqual({ wStart: 2, windowsDone: 2, windowsRequired: 2 })
    await run.advance(1)
    await run.registered()
    expect(run.candidacy.phase).toBe('Registered')
    await run.advance(1, { registrations: () => [bytesOf(run)] })
    await run.advance(1)
    expect(run.chain.tables.candidates.size).toBe(1)
    expect(run.candidacy.phase).toBe('Registered')
    await run.advance(3)
    expect([run.window, run.candidacy.phase, run.candidacy.progress]).toEqual([8, 'Active', undefined])
    expect([[...run.store.work.list()], run.store.notes.get('candidate-start')]).toEqual([[], undefined])
    expect(run.store.notes.get('candidate-registration')).toBeUndefined()
    await run.advance(2)
    expect([run.candidacy.phase, run.broadcast.length, run.fatal]).toEqual(['Active', 1, []])
  })

  it('registers the work that it has done, signed by its node key', async () => {
    const run = await registeredRun()
    const registration = run.registration
    expect(registration).toMatchObject({
      wStart: 1n,
      vdfChainLength: 2n,
      nodePublicKey: world.candidate.identity.publicKeys.node,
    })
    const seed = seedOf(run.store, 1, world.candidate.identity.nodeId) ?? new Uint8Array()
    expect(registration?.proofEndpoint).toEqual(grind(seed, 2 * 64))
    const verify = createSignatureVerifier(world.crypto)
    const { signature, scope, nodePublicKey } = registration ?? { signature: seed, scope: seed, nodePublicKey: seed }
    expect(await verify(signature, scope, nodePublicKey)).toBe(true)
  })

  it('works over the end of an epoch with the D of each window, once it is known', async () => {
    const run = new CandidateRun(worldOf({ vdfEntryWindows: 5 }))
    await run.advance(2)
    await vi.waitUntil(() => run.candidacy.progress?.windowsDone === 3, 10_000)
    await run.advance(3)
    await vi.waitUntil(() => run.candidacy.progress?.windowsDone === 5, 10_000)
    await run.advance(1)
    await run.registered()
    const seed = seedOf(run.store, 1, world.candidate.identity.nodeId) ?? new Uint8Array()
    const steps = 3 * 64 + 2 * run.chain.context.nextD
    expect(run.chain.context.nextD).not.toBe(64)
    expect(run.registration?.proofEndpoint).toEqual(grind(seed, steps))
    expect(await workVerdict(run, bytesOf(run), { candidate: honest(run) })).toBe('valid')
  })

  it('tells each new peer, until it is in the pool', async () => {
    const run = new CandidateRun(world)
    await run.advance(1)
    run.candidacy.greet('early')
    const next = await registeredRun()
    next.candidacy.greet('a')
    await next.advance(1, { registrations: () => [bytesOf(next)] })
    next.candidacy.greet('b')
    await next.advance(1)
    next.candidacy.greet('late')
    expect([run.sent, next.sent]).toEqual([[], ['a', 'b']])
  })

  it('says it again every 16 windows to everybody', async () => {
    const run = await registeredRun({ tau2Windows: 40 })
    run.candidacy.afterWindow(run.window + 15, [])
    expect(run.broadcast).toHaveLength(1)
    run.candidacy.afterWindow(run.window + 16, [])
    run.candidacy.afterWindow(run.window + 17, [])
    expect(run.broadcast).toHaveLength(2)
    expect(run.broadcast[1]).toEqual(run.broadcast[0])
  })
})

describe('the work behind a registration', () => {
  it('is proven to a member by the proof that the candidate serves, and a wrong value in it is invalid', async () => {
    const run = await registeredRun()
    expect(await workVerdict(run, bytesOf(run), { candidate: honest(run) })).toBe('valid')
    const liar = altering(honest(run), (answer) => flipped(answer, 50))
    expect(await workVerdict(run, bytesOf(run), { liar })).toBe('invalid')
    expect(await workVerdict(run, bytesOf(run), { liar, candidate: honest(run) }), 'a liar spoils nothing').toBe(
      'valid',
    )
    const hash = registrationHash(bytesOf(run))
    expect(run.candidacy.registrationOf(hash)).toEqual(bytesOf(run))
    expect([run.candidacy.proofOf(new Uint8Array(32)), run.candidacy.registrationOf(new Uint8Array(32))]).toEqual([
      undefined,
      undefined,
    ])
  })

  it('that claims an endpoint which it never reached is invalid', async () => {
    const run = await registeredRun()
    const forged = bytesOf(run).slice()
    const at = Buffer.from(forged).indexOf(Buffer.from(run.registration?.proofEndpoint ?? []))
    forged[at] = (forged[at] ?? 0) ^ 1
    const serving = answering({ candidateProof: () => run.candidacy.proofOf(registrationHash(bytesOf(run))) })
    expect(await workVerdict(run, forged, { serving })).toBe('invalid')
  })

  it('is unavailable where nobody has the proof, it has no form, or its windows are unknown here', async () => {
    const run = await registeredRun()
    expect(await workVerdict(run, bytesOf(run), {})).toBe('unavailable')
    expect(await workVerdict(run, bytesOf(run), { empty: answering({}) })).toBe('unavailable')
    const cut = altering(honest(run), (answer) => answer.subarray(0, -1))
    expect(await workVerdict(run, bytesOf(run), { cut })).toBe('unavailable')
    // Four epochs later D of those windows is forgotten.
    run.chain = { ...run.chain, context: { ...run.chain.context, window: 17 } }
    expect(await workVerdict(run, bytesOf(run), { candidate: honest(run) })).toBe('unavailable')
  })
})

describe('a restart', () => {
  it('between windows goes on with the work that was done', async () => {
    const run = new CandidateRun(worldOf({ vdfEntryWindows: 5 }))
    await run.advance(2)
    await vi.waitUntil(() => run.candidacy.progress?.windowsDone === 3, 10_000)
    await run.restart()
    expect(run.candidacy.progress).toMatchObject({ wStart: 1, windowsDone: 3 })
    expect(run.candidacy.phase).toBe('CandidateVdf')
    await run.advance(4)
    await run.registered()
    expect(run.registration).toMatchObject({ wStart: 1n, vdfChainLength: 5n })
    expect(await workVerdict(run, bytesOf(run), { candidate: honest(run) })).toBe('valid')
  })

  it('in the middle of a window keeps what was ground of it, and is no fault', async () => {
    const steps = () => 1
    const run = new CandidateRun(worldOf({ d0: 24_000_000, tau2Windows: 40 }))
    await run.advance(1, { steps })
    await new Promise((resolve) => setTimeout(resolve, 400))
    await run.restart()
    expect(run.fatal).toEqual([])
    const [first] = [...run.store.work.list()].map(decodeStretch)
    expect(first?.values.length).toBeGreaterThan(0)
    expect(first?.values.length).toBeLessThan(32 * (first?.segments ?? 0))
    await run.advance(1, { steps })
    await vi.waitUntil(() => run.candidacy.progress?.windowsDone === 2, { timeout: 20_000 })
    await run.advance(1, { steps })
    await run.registered()
    const seed = seedOf(run.store, 1, world.candidate.identity.nodeId) ?? new Uint8Array()
    const { value } = await loadBackend().backend.startClock({ seed, steps: 48_000_000, checkpoints: 1 }).result
    expect(run.registration?.proofEndpoint).toEqual(value)
  })

  it('after registering serves the same registration and proof', async () => {
    const run = await registeredRun()
    const hash = registrationHash(bytesOf(run))
    const proof = run.candidacy.proofOf(hash)
    await run.restart()
    expect(run.candidacy.phase).toBe('Registered')
    expect([run.candidacy.registrationOf(hash), run.candidacy.proofOf(hash)]).toEqual([bytesOf(run), proof])
    expect(await workVerdict(run, bytesOf(run), { candidate: honest(run) })).toBe('valid')
  })
})

describe('a registration that leads nowhere', () => {
  it('was refused: the chain is kept and registered anew', async () => {
    const run = await registeredRun()
    const hash = registrationHash(bytesOf(run))
    const outcome = { hash, nodeId: world.candidate.identity.nodeId, fault: 'VdfChainTooShort' as const }
    run.candidacy.afterWindow(run.window, [outcome])
    expect(run.store.notes.get('candidate-start')).toBeDefined()
    await run.registered(2)
    expect(run.registration).toMatchObject({ wStart: 1n, vdfChainLength: 2n })
    expect(run.fatal).toEqual([])
  })

  it('of somebody else was refused: nothing changes', async () => {
    const run = await registeredRun()
    const outcome = { hash: new Uint8Array(32), nodeId: new Uint8Array(32), fault: 'VdfChainTooShort' as const }
    run.candidacy.afterWindow(run.window, [outcome])
    await run.advance(1)
    expect([run.candidacy.phase, run.broadcast.length]).toEqual(['Registered', 1])
  })

  it('expired in the pool: a chain that is too old by then starts over', async () => {
    const run = await registeredRun({ candidateExpiryWindows: 4, selectionInterval: 1_000 })
    await run.advance(1, { registrations: () => [bytesOf(run)] })
    await run.advance(1)
    expect(run.chain.tables.candidates.size).toBe(1)
    await run.advance(7)
    expect(run.chain.tables.candidates.size).toBe(0)
    await run.registered(2)
    expect(Number(run.registration?.wStart)).toBeGreaterThan(1)
    expect(await workVerdict(run, bytesOf(run), { candidate: honest(run) })).toBe('valid')
  })

  it('that nobody ever took is given up when no window can admit it any more, and the work begins anew', async () => {
    const run = await registeredRun()
    await run.advance(9)
    await run.registered(2)
    expect(Number(run.registration?.wStart)).toBeGreaterThanOrEqual(9)
    expect(run.fatal).toEqual([])
  })
})

describe('work that takes longer than a chain may last', () => {
  it('is begun anew, goes on, and a restart finds the new chain only', async () => {
    const run = new CandidateRun(worldOf({ vdfEntryWindows: 30 }))
    await run.advance(8)
    await vi.waitUntil(() => (run.candidacy.progress?.windowsDone ?? 0) >= 7, 10_000)
    expect(run.candidacy.progress?.wStart).toBe(1)
    await run.advance(3)
    expect(run.candidacy.progress?.wStart).toBe(9)
    await vi.waitUntil(() => (run.candidacy.progress?.windowsDone ?? 0) >= 3, 10_000)
    await run.restart()
    expect(run.candidacy.progress).toMatchObject({ wStart: 9 })
    const windows = [...run.store.work.list()].map((bytes) => decodeStretch(bytes).window)
    expect(windows).toEqual(windows.map((_, i) => 10 + i))
    expect(run.fatal).toEqual([])
  })

  it('in the middle of a long window, is not taken for the new chain', async () => {
    const steps = () => 1
    const run = new CandidateRun(worldOf({ d0: 4_000_000_000 }))
    await run.advance(8, { steps })
    await run.advance(4, { steps })
    await vi.waitUntil(() => run.candidacy.progress?.wStart === 9, 10_000)
    await run.restart()
    expect(run.candidacy.progress).toMatchObject({ wStart: 9 })
    expect(toHex(run.store.notes.get('candidate-start') ?? new Uint8Array())).toBe('0900000000000000')
    expect([...run.store.work.list()].every((bytes) => decodeStretch(bytes).window === 10)).toBe(true)
    expect(run.fatal).toEqual([])
  })
})

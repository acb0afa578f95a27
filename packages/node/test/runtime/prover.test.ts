import type { ProofVerdict } from '@montana/consensus'
import { silentLogger, systemTime } from '@montana/foundation'
import { loadBackend } from '@montana/native'
import { openStore } from '@montana/store'
import { createProofVerifier, createTimechain, type ProofEvidence, type Tick } from '@montana/timechain'
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { ProofShelf } from '../../src/runtime/proof-shelf.js'
import { type ProveRequest, Prover } from '../../src/runtime/prover.js'
import { flipped } from '../support/messages.js'
import { altering, answering, type Peer, requestsTo, silent } from '../support/peers.js'
import { temporaryDirectory } from '../support/world.js'

const D = 20_000
const WINDOW = 9
const PREVIOUS = new Uint8Array(32).fill(5)
const { backend } = loadBackend()
let tick: Tick

beforeAll(async () => {
  tick = await createTimechain({ backend, time: systemTime }).grind({ window: WINDOW, previous: PREVIOUS, d: D })
})

function emptyShelf(): ProofShelf {
  const store = openStore({ dir: temporaryDirectory(), mode: 'write' })
  onTestFinished(() => store.close())
  return new ProofShelf(store)
}

/** A peer whose own clock did the window. */
function honest(over: Partial<Tick> = {}, previous = PREVIOUS): Peer {
  const shelf = emptyShelf()
  shelf.noteTick({ ...tick, ...over }, previous)
  return answering({ proofOf: (window, maxSegments) => shelf.itemOf(window, maxSegments) })
}

/** An intermediate value that is wrong, between the right ends. */
const lying = () => altering(honest(), (answer) => flipped(answer, Math.floor(answer.length / 2)))

function setUp(peers: Record<string, Peer>, clockRemainingMs = () => undefined as number | undefined) {
  const { requests, asked } = requestsTo(peers)
  const verdicts: ProofVerdict[] = []
  const blamed: string[] = []
  const shown: (ProofEvidence | undefined)[] = []
  const shelf = emptyShelf()
  const verifier = createProofVerifier({ backend })
  const prover = new Prover({
    requests,
    verifier,
    shelf,
    logger: silentLogger,
    clockRemainingMs,
    ahead: () => undefined,
    onVerdict: (_, verdict) => verdicts.push(verdict),
    onInvalid: (_, peerId, evidence) => {
      blamed.push(peerId)
      shown.push(evidence)
    },
  })
  onTestFinished(() => prover.stop())
  const prove = (over: Partial<ProveRequest> = {}) => prover.prove({ ...request(), ...over })
  /** The verdict of one question. */
  const verdict = async (over: Partial<ProveRequest> = {}) => {
    const before = verdicts.length
    prove(over)
    await vi.waitUntil(() => verdicts.length > before, 10_000)
    return verdicts.at(-1)
  }
  return { prover, prove, verdict, verdicts, blamed, shown, asked, shelf, verifier }
}

const request = (): ProveRequest => ({
  type: 'prove',
  window: WINDOW,
  previous: PREVIOUS,
  d: D,
  value: tick.value,
  policy: { kind: 'full' },
  from: undefined,
  isAudit: false,
})

/** Time in which a verdict would have come: a check of this D takes some milliseconds. */
const quiet = () => new Promise((resolve) => setTimeout(resolve, 60))

describe('a proof', () => {
  it('that holds is a verdict, counted, and can be served on', async () => {
    const { verdict, prover, shelf, verifier } = setUp({ peer: honest() })
    expect(await verdict()).toBe('valid')
    expect(prover.counters).toMatchObject({ verified: 1, audited: 0, invalid: 0, unavailable: 0, segments: 64 })
    expect(shelf.itemOf(WINDOW, 256)?.values.length).toBe(64 * 32)
    expect(verifier.isProven({ start: PREVIOUS, end: tick.value, steps: D })).toBe(true)
  })

  it('of which a sample holds is valid, but nothing to be served', async () => {
    const { verdict, prover, shelf } = setUp({ peer: honest() })
    expect(await verdict({ policy: { kind: 'sample', segments: 4 } })).toBe('valid')
    expect(prover.counters.segments).toBe(4)
    expect(shelf.itemOf(WINDOW, 256)).toBeUndefined()
  })

  it('with one wrong value is invalid, and its sender is named', async () => {
    const { verdict, prover, blamed, shown, shelf } = setUp({ liar: lying() })
    expect(await verdict()).toBe('invalid')
    expect(shown).toMatchObject([{ claim: { start: PREVIOUS, end: tick.value, steps: D } }])
    expect(shown[0]?.failingSegment).toBeGreaterThan(0)
    expect([blamed, prover.counters.invalid, shelf.itemOf(WINDOW, 256)]).toEqual([['liar'], 1, undefined])
  })

  it('of a liar does not spoil that of the next peer', async () => {
    const { verdict, prover, blamed, asked } = setUp({ liar: lying(), honest: honest() })
    expect(await verdict()).toBe('valid')
    expect([asked, blamed, prover.counters.invalid]).toEqual([['liar', 'honest'], ['liar'], 0])
  })

  it('is asked first of the peer that spoke of the value', async () => {
    const { verdict, asked } = setUp({ a: honest(), b: honest() })
    await verdict({ from: 'b' })
    expect(asked).toEqual(['b'])
  })

  it('that nobody has is unavailable', async () => {
    for (const peers of [{}, { empty: answering({}) }] as Record<string, Peer>[]) {
      const { verdict, prover, blamed } = setUp(peers)
      expect(await verdict()).toBe('unavailable')
      expect([prover.counters.unavailable, blamed]).toEqual([1, []])
    }
  })

  it('of other ends, another D or in no form is none, and nobody is blamed', async () => {
    const broken: Record<string, Peer> = {
      value: altering(honest(), (answer) => flipped(answer)),
      start: honest({}, new Uint8Array(32).fill(6)),
      steps: honest({ d: D - 1 }),
      cut: altering(honest(), (answer) => answer.subarray(0, -7)),
      nothing: async () => new Uint8Array(),
      broken: async () => {
        throw new Error('the stream broke')
      },
    }
    const { verdict, blamed, asked } = setUp(broken)
    expect(await verdict()).toBe('unavailable')
    expect([blamed, asked]).toEqual([[], Object.keys(broken)])
  })
})

describe('a value that this node knows', () => {
  it('needs no peer', async () => {
    const { verdict, verifier, asked } = setUp({ peer: honest() })
    verifier.remember({ start: PREVIOUS, end: tick.value, steps: D })
    expect(await verdict()).toBe('valid')
    expect(asked).toEqual([])
  })

  it('very soon is not asked for, unless a sample is enough or the window is cemented', async () => {
    const { verdict, asked } = setUp({ peer: honest() }, () => 100)
    expect(await verdict()).toBe('unavailable')
    expect(asked).toEqual([])
    expect(await verdict({ policy: { kind: 'sample', segments: 8 } })).toBe('valid')
    expect(await verdict({ isAudit: true })).toBe('valid')
    expect(asked).toEqual(['peer', 'peer'])
  })

  it('only in a while is asked for', async () => {
    const { verdict, asked } = setUp({ peer: honest() }, () => 10_000)
    expect([await verdict(), asked]).toEqual(['valid', ['peer']])
  })
})

describe('a window that is closed', () => {
  it('ends what is asked for it, without a verdict, and what is asked afterwards is answered', async () => {
    let isSilent = true
    const first = honest()
    const { prover, prove, verdict, verdicts, asked } = setUp({
      peer: (...args) => (isSilent ? silent(...args) : first(...args)),
    })
    prove()
    await vi.waitUntil(() => asked.length === 1, 10_000)
    prover.windowClosed()
    await quiet()
    expect(verdicts).toEqual([])
    isSilent = false
    expect(await verdict()).toBe('valid')
  })

  it('leaves an audit alone; a stop ends it', async () => {
    const signals: (AbortSignal | undefined)[] = []
    const { prover, prove, verdicts } = setUp({
      peer: (type, payload, signal) => {
        signals.push(signal)
        return silent(type, payload, signal)
      },
    })
    prove({ isAudit: true })
    await vi.waitUntil(() => signals.length === 1, 10_000)
    prover.windowClosed()
    expect(signals[0]?.aborted).toBe(false)
    prover.stop()
    expect(signals[0]?.aborted).toBe(true)
    await quiet()
    expect(verdicts).toEqual([])
  })
})

describe('audits', () => {
  it('are counted apart, and beyond four at a time they are skipped', async () => {
    const release: (() => void)[] = []
    const slow = honest()
    const { prover, prove, verdict, verdicts } = setUp({
      peer: async (...args) => {
        await new Promise<void>((resolve) => release.push(resolve))
        return await slow(...args)
      },
    })
    for (let i = 0; i < 6; i++) prove({ isAudit: true })
    await vi.waitUntil(() => release.length === 4, 10_000)
    expect(prover.counters.skipped).toBe(2)
    for (const one of release) one()
    await vi.waitUntil(() => verdicts.length === 4, 10_000)
    expect(prover.counters).toMatchObject({ audited: 4, verified: 0, skipped: 2 })
    expect(await verdict({ isAudit: true })).toBe('valid')
    expect(prover.counters.skipped).toBe(2)
  })
})

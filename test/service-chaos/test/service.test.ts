import { type ClientWrite, judgeService, recoveriesOf, type ServiceHistory } from '@montana/service-chaos'
import { describe, expect, it } from 'vitest'
import { effect, span } from './support.js'

const WALL_MS = 1_000_000
const FAULT_MS = 20_000
const HEALED_MS = 25_000
const END_MS = 60_000

/** Answered by almaty, not while the fault is there, then by spb. */
function writeAt(id: number): ClientWrite {
  const sentMs = id * 100
  const isOk = sentMs < FAULT_MS || sentMs >= 24_000
  const host = sentMs < FAULT_MS ? 'almaty' : 'spb'
  return { id, sentMs, endMs: sentMs + 20, isOk, host: isOk ? host : null }
}

const writes = Array.from({ length: END_MS / 100 }, (_, id) => writeAt(id))
const answered = writes.filter(({ isOk }) => isOk)

const sound: ServiceHistory = {
  trace: {
    spans: [
      span('almaty', '100', WALL_MS, WALL_MS + FAULT_MS),
      span('spb', '200', WALL_MS + 23_500, Number.POSITIVE_INFINITY),
    ],
    effects: answered.map(({ id, host }) =>
      effect(id, host ?? '', host === 'almaty' ? '100' : '200', WALL_MS + id * 100 + 10),
    ),
    acknowledged: answered.map(({ id }) => `write-${id}`),
    thaws: [],
    ends: [],
    sent: new Map(),
  },
  wallOffsetMs: WALL_MS,
  ...{ startMs: 0, endMs: END_MS, writes },
  faults: [{ kind: 'kill', targets: ['almaty'], step: 0, startMs: FAULT_MS, endMs: HEALED_MS, failure: null }],
  healings: [{ step: 0, atMs: HEALED_MS, wholeMs: 31_000, untilMs: 40_000 }],
  deaths: [],
}
const [fault] = sound.faults
const rulesOf = (change: Partial<ServiceHistory>) =>
  judgeService({ ...sound, ...change }, 1).violations.map(({ rule }) => rule)
const withSpans = (...more: ReturnType<typeof span>[]) => ({
  trace: { ...sound.trace, spans: [...sound.trace.spans, ...more] },
})

describe('the judgement of a run of the service plane', () => {
  it('passes a sound history, and tells how the group came back', () => {
    expect(judgeService(sound, 1)).toEqual({ verdict: 'PASS', violations: [], too_little: [] })
    expect(recoveriesOf(sound)).toEqual([
      { step: 0, kinds: ['kill'], leaderMs: 0, answerMs: 20, wholeMs: 6_000, outageMs: 4_100 },
    ])
  })

  it('finds that nobody acts after healing', () => {
    const [first] = sound.trace.spans
    const trace = { ...sound.trace, spans: first ? [first, span('spb', '200', WALL_MS + 35_500, 2 * WALL_MS)] : [] }
    // Somebody served all the same, who had not said so.
    expect(rulesOf({ trace })).toEqual(['claim', 'leader'])
  })

  it('finds a leader who comes in time and does not stay the only one', () => {
    expect(rulesOf(withSpans(span('moscow', '300', WALL_MS + 36_000, WALL_MS + 37_000)))).toEqual(['overlap', 'leader'])
  })

  it('finds that the client is not answered after healing', () => {
    const silent = writes.map((write) =>
      write.sentMs > 24_900 && write.sentMs < 36_000 ? { ...write, isOk: false, host: null } : write,
    )
    expect(rulesOf({ writes: silent })).toEqual(['answer'])
  })

  it('finds an agent that ended by itself, unless a disk was full', () => {
    const deaths = [{ host: 'moscow', atMs: 21_000 }]
    expect(rulesOf({ deaths })).toEqual(['exit'])
    expect(fault && rulesOf({ deaths, faults: [{ ...fault, kind: 'enospc', targets: ['moscow'] }] })).toEqual([])
  })

  it('does not take the full disk of one host for an excuse of another', () => {
    const deaths = [{ host: 'moscow', atMs: 21_000 }]
    expect(fault && rulesOf({ deaths, faults: [{ ...fault, kind: 'enospc', targets: ['almaty'] }] })).toEqual(['exit'])
  })

  it('finds a host that begins to act while its disk is full', () => {
    expect(fault && rulesOf({ faults: [{ ...fault, kind: 'enospc', targets: ['spb'] }] })).toEqual(['full'])
    expect(fault && rulesOf({ faults: [{ ...fault, kind: 'enospc', targets: ['moscow'] }] })).toEqual([])
  })

  it('lets a host with a full disk say that it begins, and take it back', () => {
    const began = span('moscow', '300', WALL_MS + 21_000, WALL_MS + 21_300)
    const faults = fault ? [{ ...fault, kind: 'enospc', targets: ['moscow'] }] : []
    expect(rulesOf({ ...withSpans(began), faults })).toEqual([])
  })

  it('finds a step after which the group is never whole', () => {
    expect(rulesOf({ healings: sound.healings.map((healing) => ({ ...healing, wholeMs: null })) })).toEqual(['whole'])
  })

  it('is void where nobody ever took over', () => {
    const spans = [span('almaty', '100', WALL_MS, Number.POSITIVE_INFINITY)]
    const effects = answered.map(({ id }) => effect(id, 'almaty', '100', WALL_MS + id * 100 + 10))
    const judgement = judgeService({ ...sound, trace: { ...sound.trace, spans, effects } }, 1)
    expect(judgement).toMatchObject({ verdict: 'VOID', violations: [] })
    expect(judgement.too_little).toEqual(['0 failovers, at least 1 are wanted'])
  })

  it('finds an acknowledged write that is not in the sink', () => {
    expect(rulesOf({ trace: { ...sound.trace, effects: sound.trace.effects.slice(1) } })).toEqual(['lost'])
  })

  it.each<[string, Partial<ServiceHistory>]>([
    ['requests', { writes: writes.filter(({ id }) => id % 2 === 0) }],
    [
      'answers',
      {
        writes: writes.map((write) => ({ ...write, isOk: write.isOk && (write.id < 40 || write.id > 450) })),
        healings: [],
      },
    ],
    ['faults', { faults: fault ? [{ ...fault, failure: 'not felt' }] : [] }],
  ])('is void for too few %s', (_, change) => {
    expect(judgeService({ ...sound, ...change }, 1)).toMatchObject({ verdict: 'VOID', violations: [] })
  })
})

import { errorCode, seededRandom } from '@montana/foundation'
import { LIMITS, type RequestLimit, TokenBucket } from '@montana/transport'
import { describe, expect, it } from 'vitest'
import { BASE_TYPE, EXT_TYPE } from '../src/index.js'
import { ByteBudget } from '../src/limits/byte-budget.js'
import { Pace } from '../src/limits/pace.js'
import { Places } from '../src/limits/places.js'
import { RequestGate } from '../src/limits/request-gate.js'
import { BanList, PeerScore } from '../src/limits/score.js'
import { DepartedStandings, newStanding } from '../src/limits/standing.js'
import { Backoff } from '../src/peer/backoff.js'
import { HeartbeatState } from '../src/peer/heartbeat-state.js'
import { type OutboundMessage, OutboundQueue } from '../src/peer/outbound-queue.js'
import { RttWindow } from '../src/peer/rtt-window.js'

const codeOf = (work: () => unknown) => {
  try {
    work()
    return 'ok'
  } catch (error) {
    return errorCode(error)
  }
}
const never = new AbortController().signal

describe('TokenBucket', () => {
  it('gives its burst, then its rate, and never more than its burst', () => {
    const bucket = new TokenBucket(2, 3, 0)
    expect([0, 0, 0, 0].map((now) => bucket.take(now))).toEqual([true, true, true, false])
    expect(bucket.waitMs(0)).toBe(500)
    expect([499, 500, 500].map((now) => bucket.take(now))).toEqual([false, true, false])
    expect([1e6, 1e6, 1e6, 1e6].map((now) => bucket.take(now))).toEqual([true, true, true, false])
  })

  it('lets a debt be spent and waited off', () => {
    const bucket = new TokenBucket(10, 10, 0)
    bucket.spend(0, 25)
    expect(bucket.waitMs(0)).toBe(1600)
    expect(bucket.waitMs(1600)).toBe(0)
  })
})

describe('the table of limits', () => {
  it('has a row for every type that is spoken, and for no other', () => {
    const { error, ...requests } = EXT_TYPE
    const sorted = (types: Iterable<number>) => [...types].sort((a, b) => a - b)
    expect(sorted(LIMITS.base.keys())).toEqual(sorted(Object.values(BASE_TYPE)))
    expect(sorted(LIMITS.ext.keys())).toEqual(sorted(Object.values(requests)))
    expect(LIMITS.ext.has(error)).toBe(false)
  })

  it('bounds every row in bytes, rate and number at once', () => {
    for (const [type, limit] of [...LIMITS.base, ...LIMITS.ext]) {
      const bounds = [limit.perSecond, limit.burst, limit.inFlight]
      expect([type, bounds.every((bound) => bound > 0)]).toEqual([type, true])
      expect([type, limit.minBytes <= limit.maxBytes && limit.maxBytes <= 1_048_576]).toEqual([type, true])
    }
  })
})

describe('RequestGate', () => {
  it.each([...LIMITS.base].map(([type, limit]) => [type, limit] as const))(
    'holds the limits of type %i',
    (type, limit) => {
      const gate = new RequestGate(1000)
      const leaves = Array.from({ length: limit.inFlight }, () => gate.enter(type, { ...limit, burst: 1000 }, 0))
      expect(codeOf(() => gate.enter(type, limit, 0))).toBe('LIMIT_IN_FLIGHT')
      for (const leave of leaves) leave()
      const rated = new RequestGate(1000)
      for (let index = 0; index < limit.burst; index++) rated.enter(type, limit, 0)()
      expect(codeOf(() => rated.enter(type, limit, 0))).toBe('LIMIT_RATE')
      expect(codeOf(() => rated.enter(type, limit, 1000 / limit.perSecond + 1))).toBe('ok')
    },
  )

  it('bounds the handlers of a peer over all types, and leaving twice counts once', () => {
    const gate = new RequestGate(2)
    const limit = { minBytes: 0, maxBytes: 1, perSecond: 100, burst: 100, inFlight: 10 }
    const leave = gate.enter(1, limit, 0)
    gate.enter(2, limit, 0)
    expect(codeOf(() => gate.enter(3, limit, 0))).toBe('LIMIT_IN_FLIGHT')
    leave()
    leave()
    gate.enter(3, limit, 0)
    expect(codeOf(() => gate.enter(3, limit, 0))).toBe('LIMIT_IN_FLIGHT')
  })
})

describe('DepartedStandings', () => {
  const [type, limit] = [0x40, LIMITS.base.get(0x40) as RequestLimit]
  const scored = (points: number) => {
    const standing = newStanding(LIMITS)
    standing.score.add(points, 0)
    return standing
  }

  it('keep a score until it has decayed', () => {
    const departed = new DepartedStandings(10)
    const standing = scored(30)
    departed.keep('a', standing, 0)
    departed.keep('clean', newStanding(LIMITS), 0)
    expect([departed.size, departed.points(0), departed.points(60_000)]).toEqual([1, 30, 20])
    departed.keep('b', scored(90), 180_000)
    expect([departed.take('a'), departed.take('b')?.score.points(180_000), departed.size]).toEqual([undefined, 60, 0])
    departed.keep('a', standing, 0)
    expect([departed.take('a'), departed.take('a')]).toEqual([standing, undefined])
  })

  it('keep a gate while something is open and until its buckets are full', () => {
    const departed = new DepartedStandings(10)
    const { gate, score } = newStanding(LIMITS)
    const leave = gate.enter(type, limit, 0)
    for (const nowMs of [0, 1_000_000]) {
      departed.keep('a', { gate, score }, nowMs)
      expect(departed.take('a')?.gate).toBe(gate)
    }
    leave()
    gate.enter(type, limit, 1_000_000)()
    expect([1_004_999, 1_005_000].map((nowMs) => gate.isRested(nowMs))).toEqual([false, true])
    departed.keep('a', { gate, score }, 1_005_000)
    expect(departed.size).toBe(0)
  })

  it('are bounded: the oldest goes first', () => {
    const departed = new DepartedStandings(2)
    for (const id of ['a', 'b', 'c']) departed.keep(id, scored(30), 0)
    expect(['a', 'b', 'c'].map((id) => departed.take(id) !== undefined)).toEqual([false, true, true])
  })
})

describe('ByteBudget', () => {
  const limits = { perPeerBytes: 10, totalBytes: 15, waitMs: 30 }

  it('reserves per peer and in total, and serves those that wait when room comes', async () => {
    const budget = new ByteBudget(limits)
    const release = await budget.reserve('a', 10, never)
    expect(budget.tryReserve('a', 1)).toBeUndefined()
    expect(budget.tryReserve('b', 6)).toBeUndefined()
    const waiting = budget.reserve('b', 6, never)
    release()
    release()
    ;(await waiting)()
    expect(budget.reservedBytes).toBe(0)
  })

  it('refuses after its wait, ends with the signal, and keeps nothing of either', async () => {
    const budget = new ByteBudget(limits)
    budget.tryReserve('a', 10)
    await expect(budget.reserve('a', 5, never)).rejects.toMatchObject({ code: 'LIMIT_BYTES' })
    const controller = new AbortController()
    const aborted = budget.reserve('a', 5, controller.signal)
    controller.abort()
    await expect(aborted).rejects.toMatchObject({ code: 'ABORTED' })
    expect(budget.reservedBytes).toBe(10)
  })

  it('does not let one peer at its bound hold up another', async () => {
    const budget = new ByteBudget(limits)
    const releaseA = budget.tryReserve('a', 10)
    const releaseC = budget.tryReserve('c', 5)
    const blocked = budget.reserve('a', 9, never)
    const free = budget.reserve('b', 5, never)
    releaseC?.()
    ;(await free)()
    releaseA?.()
    ;(await blocked)()
  })
})

describe('Pace', () => {
  const limit = { minBytes: 0, maxBytes: 1, perSecond: 100, burst: 3, inFlight: 2 }

  it('waits for a place, and a token, and gives both back', async () => {
    const pace = new Pace(() => performance.now())
    const [first] = [await pace.enter(1, limit, never), await pace.enter(1, limit, never)]
    let isIn = false
    const third = pace.enter(1, limit, never).then((leave) => {
      isIn = true
      return leave
    })
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(isIn).toBe(false)
    first?.()
    ;(await third)()
  })

  it('keeps within the limits of a remote where everything of the first 100 ms arrives at once', async () => {
    const remote = { ...limit, burst: 10, inFlight: 100 }
    const pace = new Pace(() => performance.now())
    const gate = new RequestGate(1000)
    const startedMs = performance.now()
    const request = async () => {
      const leave = await pace.enter(1, remote, never)
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, startedMs + 100 - performance.now())))
      const code = codeOf(() => gate.enter(1, remote, performance.now())())
      leave()
      return code
    }
    const codes = await Promise.all(Array.from({ length: 30 }, request))
    expect(new Set(codes)).toEqual(new Set(['ok']))
  })

  it('does not let a type that waits hold up another', async () => {
    const pace = new Pace(() => performance.now())
    const slow = { ...limit, perSecond: 0.001, burst: 1 }
    await pace.enter(1, slow, never)
    const controller = new AbortController()
    const waiting = pace.enter(1, slow, controller.signal)
    ;(await pace.enter(2, limit, never))()
    controller.abort()
    await expect(waiting).rejects.toMatchObject({ code: 'ABORTED' })
  })

  it('leaves the line on abort', async () => {
    const pace = new Pace(() => performance.now())
    const leaves = [await pace.enter(1, limit, never), await pace.enter(1, limit, never)]
    const controller = new AbortController()
    const waiting = pace.enter(1, limit, controller.signal)
    controller.abort()
    await expect(waiting).rejects.toMatchObject({ code: 'ABORTED' })
    for (const leave of leaves) leave()
    await pace.enter(1, { ...limit, burst: 100 }, never)
  })
})

describe('PeerScore and BanList', () => {
  it('decays by ten a minute and counts a rate once per type and ten seconds', () => {
    const score = new PeerScore()
    expect([score.add(30, 0), score.points(60_000), score.points(600_000)]).toEqual([30, 20, 0])
    const rates = new PeerScore()
    expect([0, 1, 9_999].map((now) => Math.round(rates.addRateViolation(0x22, now)))).toEqual([5, 5, 3])
    expect(Math.round(rates.addRateViolation(0x21, 0))).toBe(10)
    expect(Math.round(rates.addRateViolation(0x22, 10_000))).toBeGreaterThan(12)
  })

  it('bans for ten minutes, doubling to a day, a manifest peer for a minute at most', () => {
    const bans = new BanList()
    const lengths = Array.from({ length: 9 }, () => bans.ban('x', false, 0))
    expect(lengths.slice(0, 3)).toEqual([600_000, 1_200_000, 2_400_000])
    expect(lengths.at(-1)).toBe(86_400_000)
    expect(bans.ban('y', true, 0)).toBe(60_000)
    expect([bans.isBanned('y', 59_999), bans.isBanned('y', 60_000), bans.isBanned('z', 0)]).toEqual([
      true,
      false,
      false,
    ])
    expect(bans.active(0)).toBe(2)
  })

  it('forgets the ban that was longest not asked for beyond its size', () => {
    const bans = new BanList({ ...LIMITS.score, bansKept: 2 })
    for (const id of ['a', 'b']) bans.ban(id, false, 0)
    bans.isBanned('a', 1)
    bans.ban('c', false, 0)
    expect(['a', 'b', 'c'].map((id) => bans.isBanned(id, 1))).toEqual([true, false, true])
  })
})

describe('Backoff', () => {
  it('doubles from one second to a minute with half of it jitter', () => {
    const backoff = new Backoff(LIMITS.redial, seededRandom(7))
    for (let failures = 0; failures < 10; failures++) {
      const bound = Math.min(60_000, 1000 * 2 ** failures)
      const delays = Array.from({ length: 50 }, () => backoff.nextDelayMs())
      expect(Math.min(...delays)).toBeGreaterThanOrEqual(bound / 2)
      expect(Math.max(...delays)).toBeLessThanOrEqual(bound)
      expect(Math.max(...delays) - Math.min(...delays)).toBeGreaterThan(bound / 4)
      backoff.failed()
    }
  })

  it('forgets only after a minute of connection, also what it was told for good', () => {
    const backoff = new Backoff(LIMITS.redial, { next: () => 0.5 })
    backoff.failedForGood()
    backoff.connectionEnded(59_999)
    expect(backoff.nextDelayMs()).toBe(45_000)
    backoff.connectionEnded(60_000)
    expect(backoff.nextDelayMs()).toBe(750)
  })
})

describe('HeartbeatState', () => {
  it('keeps the counters of section 15', () => {
    const state = new HeartbeatState(LIMITS.heartbeat)
    const verdicts: string[] = []
    for (const kind of ['timeout', 'failed', 'timeout'] as const) {
      state.sent()
      verdicts.push(state.missed(kind))
    }
    state.sent()
    expect(verdicts).toEqual(['none', 'none', 'unhealthy'])
    expect([state.isHealthy, state.counters]).toEqual([false, { sent: 4, ok: 0, timeout: 2, failed: 1 }])
    state.ok()
    expect([state.isHealthy, state.consecutiveMisses]).toEqual([true, 0])
  })

  it('closes at the sixth miss in a row and not before', () => {
    const state = new HeartbeatState(LIMITS.heartbeat)
    state.missed('timeout')
    state.missed('timeout')
    state.ok()
    const verdicts = Array.from({ length: 6 }, () => state.missed('timeout'))
    expect(verdicts).toEqual(['none', 'none', 'unhealthy', 'none', 'none', 'close'])
  })
})

describe('RttWindow', () => {
  it('gives nearest-rank percentiles of the last five minutes only', () => {
    const window = new RttWindow(300_000)
    expect(window.percentile(0.5, 0)).toBeUndefined()
    for (let index = 1; index <= 100; index++) window.add(index, index)
    expect([window.percentile(0.5, 100), window.percentile(0.99, 100)]).toEqual([50, 99])
    window.add(7, 300_050)
    expect(window.percentile(0.5, 300_050)).toBe(75)
    expect(window.percentile(0.99, 700_000)).toBeUndefined()
  })
})

describe('OutboundQueue', () => {
  const message = (window: number | undefined, size = 1, type = 0x22): OutboundMessage => ({
    protocol: '/montana/1.0.0',
    type,
    requestId: 0n,
    bytes: new Uint8Array(size),
    window: window === undefined ? undefined : BigInt(window),
  })
  const windowsOf = (queue: OutboundQueue) => {
    const windows: unknown[] = []
    for (let next = queue.shift(0x22); next !== undefined; next = queue.shift(0x22)) windows.push(next.window)
    return windows
  }

  it('drops messages of closed windows first, then the oldest', () => {
    const queue = new OutboundQueue({ messages: 3, bytes: 100 })
    for (const window of [5, undefined, 2]) expect(queue.push(message(window), () => 4n)).toEqual([])
    expect(queue.push(message(6), () => 4n).map((dropped) => dropped.window)).toEqual([2n])
    expect(queue.push(message(7), () => 4n).map((dropped) => dropped.window)).toEqual([5n])
    expect(windowsOf(queue)).toEqual([undefined, 6n, 7n])
  })

  it('is bounded in bytes, refuses even a single message that is too large, and drops no more than it must', () => {
    const queue = new OutboundQueue({ messages: 10, bytes: 10 })
    for (const window of [1, 2, 3]) queue.push(message(window, 3), () => 0n)
    expect(queue.push(message(4, 4), () => 9n).length).toBe(1)
    expect(queue.bytes).toBe(10)
    expect(queue.push(message(5, 11), () => 0n).length).toBe(4)
    expect([queue.length, queue.bytes]).toEqual([0, 0])
  })

  it('gives the oldest message of the type that is asked for', () => {
    const queue = new OutboundQueue({ messages: 10, bytes: 100 })
    for (const [window, type] of [
      [1, 0x8a],
      [2, 0x8e],
      [3, 0x8a],
      [4, 0x8e],
    ] as const) {
      queue.push(message(window, 1, type), () => 0n)
    }
    expect([...queue.types()]).toEqual([0x8a, 0x8e])
    expect([0x8e, 0x8e, 0x8e, 0x8a].map((type) => queue.shift(type)?.window)).toEqual([2n, 4n, undefined, 1n])
    expect([queue.bytes, queue.clear().map(({ window }) => window), queue.length, queue.bytes]).toEqual([1, [3n], 0, 0])
  })

  it('lets drafts give way to drafts and not votes, where bytes are short', () => {
    const queue = new OutboundQueue({ messages: 100, bytes: 1_000 })
    for (let window = 1; window <= 20; window++) queue.push(message(window, 3, 0x8e), () => 0n)
    const dropped = [21, 22, 23, 24].flatMap((window) => queue.push(message(window, 400, 0x8a), () => 0n))
    expect(dropped.map(({ window }) => window)).toEqual([21n, 22n])
    expect([queue.length, queue.bytes]).toEqual([22, 860])
  })
})

describe('Places', () => {
  it('hold as many as each caller allows, and serve the larger bound first, then in order', async () => {
    const places = new Places()
    const leaves = [await places.enter(2, never), await places.enter(2, never)]
    leaves.push(await places.enter(3, never))
    const order: string[] = []
    const waiting = [
      ['small', 2],
      ['large', 3],
      ['large later', 3],
    ] as const
    const entered = waiting.map(([name, bound]) =>
      places.enter(bound, never).then((leave) => {
        order.push(name)
        return leave
      }),
    )
    for (const leave of leaves) leave()
    leaves[0]?.()
    expect((await Promise.all(entered.slice(1))).length).toBe(2)
    expect(order).toEqual(['large', 'large later'])
    ;(await entered[1])?.()
    ;(await entered[0])?.()
    expect(order).toEqual(['large', 'large later', 'small'])
  })

  it('are not taken by who left the line', async () => {
    const places = new Places()
    const leave = await places.enter(1, never)
    const controller = new AbortController()
    const aborted = places.enter(1, controller.signal)
    const next = places.enter(1, never)
    controller.abort()
    await expect(aborted).rejects.toMatchObject({ code: 'ABORTED' })
    await expect(places.enter(1, controller.signal)).rejects.toMatchObject({ code: 'ABORTED' })
    leave()
    ;(await next)()
    ;(await places.enter(1, controller.signal))()
  })
})

describe('the limits of the extension protocol', () => {
  /** As spec transport 14.1, protocol 14.1 and D.2 have them. */
  const table = [
    [EXT_TYPE.status, [125, 189, 189], [0.2, 3], 1, 5_000],
    [EXT_TYPE.timechainProof, [12, 12, 262_144], [1, 4], 1, 15_000],
    [EXT_TYPE.envelopeRange, [14, 14, 1_048_576], [4, 8], 2, 15_000],
    [EXT_TYPE.snapshotManifest, [8, 8, 265_894], [0.1, 3], 1, 15_000],
    [EXT_TYPE.snapshotChunk, [14, 14, 524_288], [16, 32], 4, 15_000],
    [EXT_TYPE.draft, [3726, 1_048_560, 0], [2, 8], 2, 10_000],
    [EXT_TYPE.propose, [3385, 3385, 0], [10, 40], 4, 10_000],
    [EXT_TYPE.cementVote, [3384, 3384, 0], [50, 200], 16, 10_000],
    [EXT_TYPE.certificate, [14, 14, 1_048_576], [4, 8], 2, 10_000],
    [EXT_TYPE.rangeChunk, [45, 45, 1_048_576], [16, 32], 4, 10_000],
    [EXT_TYPE.recordProof, [41, 41, 12_358], [10, 40], 4, 10_000],
    [EXT_TYPE.candidateProof, [32, 32, 1_048_548], [0.1, 3], 1, 10_000],
    [EXT_TYPE.object, [33, 33, 1_048_576], [4, 8], 2, 10_000],
    [EXT_TYPE.voteSet, [10, 10, 1_048_576], [2, 8], 1, 10_000],
    [EXT_TYPE.evidence, [6777, 65_536, 0], [0.1, 3], 1, 10_000],
  ] as const

  it.each(table)('are those of the specification for type %i', (type, bytes, rate, inFlight, timeoutMs) => {
    const [minBytes, maxBytes, maxAnswerBytes] = bytes
    const [perSecond, burst] = rate
    const expected = { minBytes, maxBytes, maxAnswerBytes, perSecond, burst, inFlight, timeoutMs }
    expect(LIMITS.ext.get(type)).toEqual(expected)
  })

  it('name every request that is spoken, and no other', () => {
    const spoken = Object.values(EXT_TYPE).filter((type) => type !== EXT_TYPE.error)
    expect([...LIMITS.ext.keys()]).toEqual(spoken)
  })
})

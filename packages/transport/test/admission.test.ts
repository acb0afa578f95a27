import { getEventListeners } from 'node:events'
import { errorCode, errorMessage, isAbort } from '@montana/foundation'
import { describe, expect, it } from 'vitest'
import { AcceptGate } from '../src/admission/accept-gate.js'
import { IpBuckets } from '../src/admission/ip-buckets.js'
import { ipKey } from '../src/admission/ip-key.js'
import { NegotiationLines } from '../src/admission/negotiation-lines.js'
import { Permits } from '../src/admission/permits.js'
import { RefusalBook } from '../src/admission/refusals.js'
import { SignatureGate } from '../src/admission/signature-gate.js'
import { LIMITS, LruMap } from '../src/index.js'

const { admission } = LIMITS
const never = new AbortController().signal

describe('ipKey', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::ffff:c000:207', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2:ffff::1', '2001:db8:1:2::/64'],
    ['2001:db8:1:3::1', '2001:db8:1:3::/64'],
    ['::1', '::/64'],
  ])('takes %s as %s', (address, key) => expect(ipKey(address)).toBe(key))

  it.each(['', 'example.org', '300.1.1.1', 'fe80::1%eth0'])('refuses %s', (text) => {
    expect(() => ipKey(text)).toThrow(RangeError)
  })
})

describe('LruMap', () => {
  it('forgets what was longest not asked for', () => {
    const map = new LruMap<number>(2)
    map.set('a', 1)
    map.set('b', 2)
    map.get('a')
    map.set('c', 3)
    expect(['a', 'b', 'c'].map((key) => map.get(key))).toEqual([1, undefined, 3])
    expect(map.size).toBe(2)
  })

  it('forgets what is taken, and from the oldest on what is not wanted', () => {
    const map = new LruMap<number>(4)
    for (const [index, key] of ['a', 'b', 'c', 'd'].entries()) map.set(key, index)
    expect([map.take('a'), map.take('a'), map.size]).toEqual([0, undefined, 3])
    map.dropUnless((value) => value === 2)
    expect(map.values()).toEqual([2, 3])
  })
})

describe('IpBuckets', () => {
  it('keeps a table of 8192 sources, whoever knocks', () => {
    const buckets = new IpBuckets({ perSecond: 1, burst: 1 }, admission.tableEntries)
    const first = buckets.of('first', 0)
    for (let index = 0; index < 8191; index++) buckets.of(`k${index}`, 0)
    expect(buckets.of('first', 0)).toBe(first)
    for (let index = 0; index < 8192; index++) buckets.of(`l${index}`, 0)
    expect(buckets.of('first', 0)).not.toBe(first)
  })
})

describe('AcceptGate', () => {
  const gate = () => new AcceptGate(admission, 0)

  it('lets a stranger in ten times a second, all strangers fifty times, and the manifest without such a bound', () => {
    const one = gate()
    const knocks = Array.from({ length: 12 }, () => one.refusal('a', 'stranger', 0))
    expect(knocks).toEqual([...new Array(10).fill(undefined), 'rate_ip', 'rate_ip'])
    expect(one.refusal('a', 'stranger', 100)).toBeUndefined()
    const many = gate()
    const others = Array.from({ length: 60 }, (_, index) => many.refusal(`k${index}`, 'stranger', 0))
    expect(others.filter((reason) => reason === 'rate_lane')).toHaveLength(10)
    for (let index = 0; index < 100; index++) expect(many.refusal('m', 'manifest', 0)).toBeUndefined()
  })

  it('bounds handshakes at once per source and in all, and keeps places for the manifest', () => {
    const one = gate()
    const ends = Array.from({ length: 8 }, () => one.begin('a', 'stranger'))
    expect(one.refusal('a', 'stranger', 0)).toBe('pending_ip')
    ends[0]?.()
    expect(one.refusal('a', 'stranger', 0)).toBeUndefined()
    for (let index = 0; one.pending < admission.pending.strangers; index++) one.begin(`k${index}`, 'stranger')
    expect(one.refusal('b', 'stranger', 0)).toBe('pending_lane')
    expect(one.refusal('m', 'manifest', 0)).toBeUndefined()
    for (let index = 0; one.pending < 64; index++) one.begin(`m${index}`, 'manifest')
    expect(one.refusal('m', 'manifest', 0)).toBe('pending')
  })

  it('knows what it would refuse without taking anything, of the manifest only what there is no room for', () => {
    const one = gate()
    const { burst } = admission.strangerAccepts.ip
    for (let index = 0; index < 2 * burst; index++) expect(one.standing('a', 'stranger', 0)).toBeUndefined()
    for (let index = 0; index < burst; index++) expect(one.refusal('a', 'stranger', 0)).toBeUndefined()
    expect(one.standing('a', 'stranger', 0)).toBe('rate_ip')
    for (let index = 0; one.refusal(`k${index}`, 'stranger', 0) === undefined; index++);
    expect([one.standing('fresh', 'stranger', 0), one.standing('m', 'manifest', 0)]).toEqual(['rate_lane', undefined])
    for (let index = 0; one.pending < admission.pending.total; index++) one.begin(`m${index}`, 'manifest')
    expect(one.standing('m', 'manifest', 0)).toBe('pending')
  })

  it('refuses a source that fails five times in a minute, never one of the manifest', () => {
    const one = gate()
    const results = Array.from({ length: 5 }, () => one.failed('a', 'stranger', 0))
    expect(results).toEqual([0, 0, 0, 0, 60_000])
    expect(one.refusal('a', 'stranger', 59_999)).toBe('refused_ip')
    expect(one.refusal('a', 'stranger', 60_000)).toBeUndefined()
    expect(one.refusal('b', 'stranger', 60_000)).toBeUndefined()
    for (let index = 0; index < 20; index++) expect(one.failed('m', 'manifest', 0)).toBe(0)
    expect(one.refusal('m', 'manifest', 0)).toBeUndefined()
  })
})

describe('RefusalBook', () => {
  const book = () => new RefusalBook(admission.refusal, admission.tableEntries)
  const failFive = (one: RefusalBook, nowMs: number) =>
    Array.from({ length: 5 }, () => one.failed('a', nowMs)).reduce((sum, ms) => sum + ms, 0)

  it('doubles up to an hour, and forgives after an hour of quiet', () => {
    const one = book()
    let nowMs = 0
    const lengths: number[] = []
    for (let round = 0; round < 8; round++) {
      lengths.push(failFive(one, nowMs) / 60_000)
      nowMs += (lengths.at(-1) ?? 0) * 60_000
    }
    expect(lengths).toEqual([1, 2, 4, 8, 16, 32, 60, 60])
    expect(failFive(one, nowMs + 3_600_001)).toBe(60_000)
  })

  it('does not add up failures that are more than a minute apart', () => {
    const one = book()
    for (let index = 0; index < 20; index++) expect(one.failed('a', index * 15_000)).toBe(0)
  })
})

describe('Permits', () => {
  it('bounds a lane and a source, serves in order whoever has room, and leaves nothing behind', async () => {
    const permits = new Permits({ lane: 3, perIp: 2 })
    const leaves = await Promise.all(['a', 'a', 'b'].map((key) => permits.enter(key, 1000, never)))
    const order: string[] = []
    const waiting = ['a', 'c', 'a'].map(async (key) => {
      const leave = await permits.enter(key, 1000, never)
      order.push(key)
      return leave
    })
    leaves[2]?.()
    leaves[2]?.()
    await expect.poll(() => order).toEqual(['c'])
    expect(permits.taken).toBe(3)
    leaves[0]?.()
    leaves[1]?.()
    const rest = await Promise.all(waiting)
    expect(order).toEqual(['c', 'a', 'a'])
    for (const leave of rest) leave?.()
    expect(permits.taken).toBe(0)
  })

  it('gives up after its time, and on abort, without a listener left', async () => {
    const permits = new Permits({ lane: 1, perIp: 1 })
    const leave = await permits.enter('a', 10, never)
    expect(await permits.enter('b', 10, never)).toBeUndefined()
    const controller = new AbortController()
    const waiting = permits.enter('b', 10_000, controller.signal)
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1)
    controller.abort()
    await expect(waiting).rejects.toSatisfy(isAbort)
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0)
    leave?.()
    expect(permits.taken).toBe(0)
  })

  it('does not lose a place that was given in the very moment of an abort', async () => {
    const permits = new Permits({ lane: 1, perIp: 1 })
    const leave = await permits.enter('a', 1000, never)
    const controller = new AbortController()
    const waiting = permits.enter('b', 1000, controller.signal)
    leave?.()
    controller.abort()
    const given = await waiting
    given?.()
    expect(permits.taken).toBe(0)
  })
})

describe('SignatureGate', () => {
  const common = { tableEntries: 8192, permitWaitMs: 20 }
  const gate = (limits = admission.lanes.stranger) => new SignatureGate('stranger', limits, common, 0)
  const limitOf = (error: unknown) => {
    expect(errorCode(error)).toBe('HS_THROTTLED')
    expect(errorMessage(error)).toMatch(/^HS_THROTTLED: /)
    return (error as { metadata: Record<string, unknown> }).metadata.limit
  }
  const refusalOf = (work: Promise<unknown>) => work.then(() => undefined, limitOf)
  const refusal = (work: () => void) => {
    try {
      work()
      return undefined
    } catch (error) {
      return limitOf(error)
    }
  }

  it('gives what the bucket of a source holds, then what it gains', () => {
    const one = gate()
    for (let index = 0; index < 10; index++) one.take('a', 0)
    expect(refusal(() => one.take('a', 0))).toBe('bucket_ip')
    expect(refusal(() => one.take('a', 1000))).toBeUndefined()
  })

  it('gives what the bucket of the lane holds, however many the sources are', () => {
    const one = gate()
    for (let index = 0; index < 20; index++) one.take(`k${index}`, 0)
    expect(refusal(() => one.take('fresh', 0))).toBe('bucket_lane')
    expect(refusal(() => one.take('fresh', 200))).toBeUndefined()
  })

  it('lets two of a source and four of the lane run at once, and throttles those that wait too long', async () => {
    const one = gate()
    const permits = await Promise.all(['a', 'a', 'b', 'b'].map((key) => one.enter(key, never)))
    expect(await refusalOf(one.enter('a', never))).toBe('permit_ip')
    expect(await refusalOf(one.enter('c', never))).toBe('permit_lane')
    const waiting = refusalOf(one.enter('c', never))
    permits[0]?.release()
    expect(await waiting).toBeUndefined()
  })
})

describe('NegotiationLines', () => {
  const line = (text: string) => [text.length + 1, ...Buffer.from(`${text}\n`)]
  const lines = () => new NegotiationLines(admission.negotiation, ['/known/1'])
  const HEADER = '/multistream/1.0.0'

  it('agrees at the last byte of a known name, and counts nothing behind it', () => {
    const bytes = [...line(HEADER), ...line('/unknown/1'), ...line('/known/1')]
    const one = lines()
    expect(bytes.map((byte) => one.push([byte])).lastIndexOf('open')).toBe(bytes.length - 2)
    expect(one.push(new Uint8Array(5000))).toBe('agreed')
    expect(lines().push([...bytes, ...new Uint8Array(5000)])).toBe('agreed')
  })

  it('refuses the ninth line, whatever it says', () => {
    const eight = Array.from({ length: 8 }, () => line('x')).flat()
    const one = lines()
    expect(one.push(eight)).toBe('open')
    expect(one.push(line('/known/1'))).toBe('lines')
    expect(lines().push(new Uint8Array(9))).toBe('lines')
  })

  it('refuses the byte after 1024, in a line of any announced length', () => {
    const one = lines()
    expect(one.push([0xff, 0xff, 0x7f, ...new Uint8Array(1021)])).toBe('open')
    expect(one.push([0])).toBe('bytes')
    expect(lines().push(new Uint8Array(1025).fill(0xff))).toBe('bytes')
  })
})

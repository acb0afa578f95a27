import { describe, expect, it } from 'vitest'
import { canonicalJson } from '../src/json.js'
import { noMetrics } from '../src/metrics.js'
import { seededRandom, systemRandom } from '../src/random.js'
import { formatTime, systemTime } from '../src/time.js'

describe('canonicalJson', () => {
  it('sorts by UTF-16 code unit and writes numbers as RFC 8785 does', () => {
    expect(canonicalJson({ b: [1e21, 0.000001, -0], '€': 1, a: { y: null, x: 'ö\n' } })).toBe(
      '{"a":{"x":"ö\\n","y":null},"b":[1e+21,0.000001,0],"€":1}',
    )
  })

  it('refuses what has no JSON form', () => {
    expect(() => canonicalJson(undefined)).toThrowError(expect.objectContaining({ code: 'JSON_NOT_REPRESENTABLE' }))
  })
})

describe('random', () => {
  it('repeats by seed, differs between seeds, and fills [0, 1) evenly', () => {
    const draw = (seed: number, count: number) => {
      const source = seededRandom(seed)
      return Array.from({ length: count }, () => source.next())
    }
    expect(draw(7, 20)).toEqual(draw(7, 20))
    expect(draw(7, 20)).not.toEqual(draw(8, 20))
    const buckets = new Array<number>(10).fill(0)
    for (const value of draw(1, 10_000)) {
      expect(value).toBeGreaterThanOrEqual(0)
      expect(value).toBeLessThan(1)
      const bucket = Math.floor(value * 10)
      buckets[bucket] = (buckets[bucket] ?? 0) + 1
    }
    // 1000 expected, standard deviation 30
    for (const count of buckets) expect(Math.abs(count - 1000)).toBeLessThan(180)
  })

  it('of the system stays in range', () => {
    for (let i = 0; i < 1000; i++) expect(systemRandom.next()).toBeLessThan(1)
  })
})

describe('time', () => {
  it('is published as RFC 3339 UTC with milliseconds', () => {
    expect(formatTime(0)).toBe('1970-01-01T00:00:00.000Z')
    expect(formatTime(1_782_000_000_123)).toMatch(/^2026-06-\d\dT\d\d:\d\d:\d\d\.123Z$/)
  })

  it('runs forwards', () => {
    const start = systemTime.monotonicMs()
    expect(systemTime.monotonicMs()).toBeGreaterThanOrEqual(start)
    expect(Math.abs(systemTime.wallMs() - Date.now())).toBeLessThan(1000)
  })
})

describe('noMetrics', () => {
  it('takes everything', () => {
    noMetrics.counter({ name: 'a', help: '' }).inc({})
    noMetrics.gauge({ name: 'a', help: '' }).set({}, 1)
    noMetrics.histogram({ name: 'a', help: '', buckets: [1] }).observe({}, 1)
  })
})

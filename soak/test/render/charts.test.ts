import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { laneCount, layBands } from '../../src/render/charts/bands.js'
import { spread } from '../../src/render/charts/end-labels.js'
import { lineChart } from '../../src/render/charts/line-chart.js'
import { lineStyle } from '../../src/render/charts/line-style.js'
import { linear, niceTicks } from '../../src/render/charts/scale.js'
import { segments } from '../../src/render/charts/series.js'
import { stripChart } from '../../src/render/charts/strip-chart.js'
import { timeTicks } from '../../src/render/charts/time-ticks.js'
import type { Series } from '../../src/report/schema.js'
import { parseHtml } from '../support/html.js'

type Points = [number, number, number][]

const FROM = '2026-08-16T14:20:00.000Z'
const TO = '2026-08-16T14:30:00.000Z'
const OPTIONS = {
  id: 'c',
  title: 'Lag',
  bands: [],
  edge: 'most',
  isStepped: false,
  least: 0,
  most: 0,
  isCount: true,
} as const

function seriesOf(...lines: Points[]): Series {
  return { from: FROM, to: TO, unit: 'windows', lines: lines.map((points, i) => ({ label: `node-${i}`, points })) }
}

function pathsOf(svg: string, kind: string): string[] {
  const found = parseHtml(svg).tags.filter(({ attributes }) => attributes.get('class')?.split(' ')[0] === kind)
  return found.map(({ attributes }) => attributes.get('d') ?? '')
}

describe('a line', () => {
  it('is broken where more than two and a half steps are missing, and begins again', () => {
    const points: Points = [0, 60, 120, 240, 420, 480].map((t) => [t, 0, t / 60])
    expect(segments(points).map((part) => part.map(([t]) => t))).toEqual([
      [0, 60, 120, 240],
      [420, 480],
    ])
    expect(pathsOf(lineChart(seriesOf(points), OPTIONS), 'line')[0]?.match(/M/g)).toHaveLength(2)
  })

  it('is drawn as a dot where a bucket stands alone', () => {
    const points: Points = [
      [0, 1, 1],
      [10, 1, 1],
      [20, 1, 1],
      [400, 5, 5],
    ]
    const svg = lineChart(seriesOf(points), OPTIONS)
    expect(pathsOf(svg, 'dot')).toEqual([expect.stringMatching(/^M[\d.]+ [\d.]+h0$/)])
    expect(pathsOf(svg, 'line')[0]?.match(/M/g)).toHaveLength(1)
  })

  it('can be told from every other without colour, up to 64 of them', () => {
    const styles = Array.from({ length: 64 }, (_, i) => lineStyle(i))
    expect(new Set(styles).size).toBe(64)
    const dashes = styles.slice(0, 8).map((style) => style.replace(/class="[^"]*"/, ''))
    expect(new Set(dashes).size).toBe(8)
  })

  it('carries its name and last value, and labels do not cover each other', () => {
    const flat: Points = [
      [0, 0, 0],
      [60, 0, 0],
    ]
    const svg = lineChart(seriesOf(flat, flat, flat), OPTIONS)
    const labels = parseHtml(svg).tags.filter(({ attributes }) => attributes.get('class') === 'label')
    const ys = labels.map(({ attributes }) => Number(attributes.get('y'))).toSorted((a, b) => a - b)
    expect(ys.slice(1).every((y, i) => y - (ys[i] ?? 0) >= 14)).toBe(true)
    expect(parseHtml(svg).text).toContain('node-1')
  })

  it('has an envelope only where buckets are wide', () => {
    const wide = lineChart(
      seriesOf([
        [0, 0, 3],
        [60, 1, 3],
      ]),
      OPTIONS,
    )
    expect(pathsOf(wide, 'envelope')).toHaveLength(1)
    expect(
      pathsOf(
        lineChart(
          seriesOf([
            [0, 1, 1],
            [60, 2, 2],
          ]),
          OPTIONS,
        ),
        'envelope',
      ),
    ).toHaveLength(0)
  })

  it('is drawn whatever its unit is called', () => {
    const series = { ...seriesOf([[0, 1, 1]]), unit: 'valueOf' }
    expect(parseHtml(lineChart(series, OPTIONS)).text).toContain('valueOf. node-0: 1 to 1')
  })

  it('keeps its numbers finite, whatever the values', () => {
    const value = fc.double({ min: -1e12, max: 1e12, noNaN: true })
    const point = fc.tuple(fc.integer({ min: 0, max: 600 }), value, value)
    fc.assert(
      fc.property(fc.array(point, { maxLength: 30 }), (points) => {
        const sorted = points.map(([t, a, b]): [number, number, number] => [t, Math.min(a, b), Math.max(a, b)])
        expect(lineChart(seriesOf(sorted), OPTIONS)).not.toMatch(/NaN|Infinity|undefined/)
        expect(stripChart(seriesOf(sorted), OPTIONS)).not.toMatch(/NaN|Infinity|undefined/)
      }),
    )
  })
})

describe('an axis', () => {
  it('has round values that enclose the data', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1e9, noNaN: true }),
        fc.double({ min: 1e-3, max: 1e9, noNaN: true }),
        (low, size) => {
          const { values } = niceTicks(low, low + size, 5)
          expect(values.length).toBeGreaterThanOrEqual(2)
          expect(values.length).toBeLessThanOrEqual(8)
          expect(values[0]).toBeLessThanOrEqual(low + 1e-6 * size)
          expect(values.at(-1)).toBeGreaterThanOrEqual((low + size) * (1 - 1e-9))
        },
      ),
    )
    expect(niceTicks(0, 64, 5).values).toEqual([0, 20, 40, 60, 80])
    expect(niceTicks(0, 2, 5, 1).values).toEqual([0, 1, 2])
  })

  it('has round times in UTC, and dates where days begin', () => {
    const labels = (from: string, to: string) => timeTicks(from, to, 9).map(({ label }) => label)
    expect(labels(FROM, TO)).toEqual(['14:20', '14:22', '14:24', '14:26', '14:28', '14:30'])
    expect(labels(FROM, '2026-08-16T14:20:40.000Z')).toEqual([
      '14:20:00',
      '14:20:05',
      '14:20:10',
      '14:20:15',
      '14:20:20',
      '14:20:25',
      '14:20:30',
      '14:20:35',
      '14:20:40',
    ])
    expect(labels('2026-08-14T22:10:00.000Z', '2026-08-15T05:00:00.000Z')).toContain('08-15')
    expect(labels('2026-08-01T00:00:00.000Z', '2026-09-01T00:00:00.000Z')).toContain('08-15')
  })
})

describe('drills above a chart', () => {
  const x = linear([0, 600], [0, 800])

  it('are named in lanes that do not overlap', () => {
    const bands = layBands(
      [0, 60, 120, 400].map((from) => ({ from, to: from + 30, label: 'partition frankfurt' })),
      x,
      800,
    )
    expect(bands.map(({ lane }) => lane)).toEqual([0, 1, 0, 0])
    expect(laneCount(bands)).toBe(2)
  })

  it('stay shaded where no lane has room for a name', () => {
    const bands = layBands(
      Array.from({ length: 5 }, (_, i) => ({ from: i, to: i + 1, label: 'kill moscow' })),
      x,
      800,
    )
    expect(bands.filter(({ lane }) => lane === null)).toHaveLength(2)
    expect(bands.every(({ width }) => width >= 1)).toBe(true)
  })
})

describe('labels at the ends of lines', () => {
  it('keep their order and their distance within the plot', () => {
    const y = fc.double({ min: 0, max: 200, noNaN: true })
    fc.assert(
      fc.property(fc.array(y, { minLength: 1, maxLength: 12 }), (wanted) => {
        const placed = spread(
          wanted.toSorted((a, b) => a - b),
          0,
          200,
        )
        expect(placed.every((value) => value >= -1e-9 && value <= 200 + 1e-9)).toBe(true)
        expect(placed.slice(1).every((value, i) => value - (placed[i] ?? 0) >= 15 - 1e-9)).toBe(true)
      }),
    )
  })
})

describe('a strip of coverage', () => {
  it('tells full, partial and no coverage apart by height and hatching, and leaves what was never polled empty', () => {
    const points: Points = [
      [0, 1, 1],
      [60, 1, 1],
      [120, 0.5, 1],
      [180, 0, 0],
      [420, 1, 1],
    ]
    const { tags } = parseHtml(stripChart(seriesOf(points), OPTIONS))
    const bars = tags.filter(({ attributes }) => attributes.get('class')?.startsWith('bar-'))
    expect(bars.map(({ attributes }) => [attributes.get('class'), attributes.get('height')])).toEqual([
      ['bar-full', '20'],
      ['bar-partial', '10'],
      ['bar-none', '20'],
      ['bar-full', '20'],
    ])
  })
})

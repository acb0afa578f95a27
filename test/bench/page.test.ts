import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { clockTables } from './src/clock/tables.js'
import { consensusTables } from './src/consensus/tables.js'
import { mirrorTables } from './src/mirror/tables.js'
import { nodeTables } from './src/node/tables.js'
import { boundBar, ratioBar, shareBar } from './src/suite/page/bars.js'
import { renderPage } from './src/suite/page/page.js'
import { figureText } from './src/suite/words.js'
import { syncTables } from './src/sync/tables.js'
import { transportTables } from './src/transport/tables.js'
import { fullResults, judged, resultsWith } from './support/results.js'
import { CLOCK, CONSENSUS, MIRROR, NODE, SYNC, TRANSPORT } from './support/rows.js'

const clock = { name: 'clock', summary: '', run: () => Promise.reject(), render: () => '', tables: clockTables }
const HOSTILE = '<script src="//x"></script>"\'&'

describe('the page', () => {
  const page = renderPage(fullResults(), [clock])

  it('runs nothing, fetches nothing, and names its one style by its hash', () => {
    expect(page).not.toMatch(/<script|<link rel="stylesheet"|https?:\/\/|\son\w+=| style="/)
    const style = /<style>([\s\S]*?)<\/style>/.exec(page)?.[1] ?? ''
    const hash = createHash('sha256').update(style).digest('base64')
    expect(page).toContain(`content="default-src 'none'; style-src 'sha256-${hash}'; img-src data:;`)
  })

  it('shows goals first, and what is not met first among them, by word and mark', () => {
    expect(page.indexOf('id="goals"')).toBeLessThan(page.indexOf('id="clock"'))
    expect(page.indexOf('words of missed')).toBeLessThan(page.indexOf('words of reached'))
    expect(page).toContain('is-not-met"><span aria-hidden="true">✗</span> not met</span>')
    for (const word of ['in part', 'not measured here', 'not on record', 'met'])
      expect(page).toContain(`</span> ${word}</span>`)
    expect(page).toContain('200 trials of 1,000')
  })

  it('shows a bench with rows, ratios, bounds, peers and notes, and one that failed', () => {
    for (const text of [
      'backend native-shani',
      'native chain',
      'chain ÷ openssl',
      'latency of one chain',
      'OpenSSL 3.5.4',
      'a note of the clock',
    ]) {
      expect(page).toContain(text)
    }
    expect(page).toContain('<strong>✗ failed:</strong> ended with 1')
  })

  it('says what speaks against the numbers', () => {
    const { host } = resultsWith()
    const busy = { ...host, smtSiblings: true, loadBefore: [9.5, 9, 9] as [number, number, number] }
    const warned = renderPage(resultsWith({ host: busy, isDirty: true }), [])
    expect(warned.match(/class="warning"/g)).toHaveLength(3)
    expect(warned).toContain('Busy machine: load 9.5 before the run')
    expect(renderPage(resultsWith(), [])).not.toContain('class="warning"')
  })

  it('takes no word for markup', () => {
    const goals = [judged('x', { words: HOSTILE, source: HOSTILE, remark: HOSTILE, unit: HOSTILE })]
    const { host } = resultsWith()
    const hostile = renderPage(resultsWith({ goals, host: { ...host, cpu: HOSTILE, kernel: HOSTILE } }), [])
    expect(hostile).not.toContain('<script')
    expect(hostile).toContain('&lt;script src=&quot;//x&quot;')
  })

  it('is the same for the same results', () => {
    expect(renderPage(fullResults(), [clock])).toBe(page)
  })
})

it('every bench has tables with a cell for each column, and its longest bar is whole', () => {
  const tables = [
    ...clockTables({ rows: CLOCK }),
    ...nodeTables({ rows: NODE }),
    ...consensusTables({ rows: CONSENSUS }),
    ...transportTables({ rows: TRANSPORT }),
    ...mirrorTables({ rows: MIRROR }),
    ...syncTables({ rows: SYNC }),
  ]
  expect(tables).toHaveLength(12)
  for (const { columns, rows } of tables) {
    expect(rows.length).toBeGreaterThan(0)
    for (const { cells } of rows) expect(cells).toHaveLength(columns.length)
    for (const { bar = 0 } of rows) expect(bar > 0).toBe(true)
  }
})

describe('bars', () => {
  const widthOf = (svg: string) => Number(/ width="([\d.]+)"/.exec(svg)?.[1])
  const fromOf = (svg: string) => Number(/ x="([\d.]+)"/.exec(svg)?.[1])

  it('are as long as their share', () => {
    expect([0, 0.5, 1, 3].map((share) => widthOf(shareBar(share)))).toEqual([0.6, 50, 100, 100])
  })

  it('grow from the middle by doublings, to the left below one', () => {
    expect([2, 4, 0.5].map((ratio) => [fromOf(ratioBar(ratio)), widthOf(ratioBar(ratio))])).toEqual([
      [50, 5],
      [50, 10],
      [45, 5],
    ])
    expect(widthOf(ratioBar(1e9))).toBe(50)
  })

  it('reach the tick with their bound, and end at twice as much', () => {
    expect([5, 10, 40].map((value) => widthOf(boundBar(value, 10, true)))).toEqual([25, 50, 100])
    expect(boundBar(40, 10, false)).toContain('class="bar beyond"')
  })
})

it('figures have the places that say something', () => {
  const texts = [0, 1, 1.002, 12.345, 193.72, 2218.4, 0.0123, -34].map((value) => figureText(value, 's'))
  expect(texts).toEqual(['0 s', '1 s', '1.002 s', '12.35 s', '193.7 s', '2,218 s', '0.012 s', '-34 s'])
  expect(figureText(1.5, '')).toBe('1.5')
})

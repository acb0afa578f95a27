import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lintTables, renderHtml, renderMarkdown, renderSummary } from '../../src/index.js'
import { type Report, reportSchema } from '../../src/report/schema.js'
import { parseHtml } from '../support/html.js'
import { readReport } from '../support/reports.js'

const ATTACKS = [
  ...['<script>alert(1)</script>', '</title><script src=//x>', '"onload="alert(1)', "'><img src=x onerror=alert(1)>"],
  ...[
    '</style><svg onload=1>',
    '\u202egnp.exe',
    '\u001b[31mred\u001b[0m',
    'a\r\n| b | c |\n# x',
    '`a` | b \\| c \\',
    '&lt;&#0;',
  ],
  ...[
    '![x](http://evil.example/a.png)',
    '[x](javascript:alert(1))',
    'http://evil.example',
    '\ud800',
    '--- | ---',
    '<!--',
    ']]>',
  ],
  ...[
    '\u2028\u2029\u0085\u0000',
    '\u2066\u200f',
    '```\n~~~',
    '$\\int$',
    '__a__ *b* ~~c~~ @d',
    '',
    ' ',
    '1. a',
    '- b',
    'valueOf',
    '__proto__',
  ],
]

const hostile = fc.oneof(
  fc.constantFrom(...ATTACKS),
  fc.string({ unit: 'binary', maxLength: 24 }),
  fc.string({ maxLength: 24 }),
)

/** Structure that the schema fixes; everything else is a text that a stranger may have written. */
const FIXED = new Set(['schema', 'date', 'id', 'sha256', 'kind', 'severity', 'verdict', 'agrees'])
const PATTERN = /^([0-9a-f]{64}|\d{4}-\d\d-\d\d(T.*Z)?)$/

type Replace = (text: string) => string

function replaceTexts(value: unknown, replace: Replace, key = ''): unknown {
  if (typeof value === 'string') return FIXED.has(key) || PATTERN.test(value) ? value : replace(value)
  if (Array.isArray(value)) return value.map((item) => replaceTexts(item, replace, key))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, replaceTexts(item, replace, name)]))
}

/** A small report in which each text is another; ids and kinds of drills and defects are texts too. */
function hostileReport(texts: readonly string[]): Report {
  let next = 0
  const take = (): string => texts[next++ % texts.length] ?? ''
  const base = readReport('report-fail')
  const small = {
    ...base,
    series: Object.fromEntries(Object.entries(base.series).map(([name, one]) => [name, cut(one)])),
  }
  const replaced = replaceTexts(small, take) as Report
  const drills = replaced.drills.map((drill) => ({ ...drill, id: take(), kind: take() }))
  const defects = [{ file: take(), line: null, seq: 3, kind: take() }]
  return reportSchema.parse({ ...replaced, drills, soak: { ...replaced.soak, defects } })
}

function cut(series: { lines: { points: unknown[] }[] }) {
  return { ...series, lines: series.lines.map((line) => ({ ...line, points: line.points.slice(0, 3) })) }
}

const texts = fc.array(hostile, { minLength: 1, maxLength: 40 })

const TAGS = new Set(
  parseHtml(renderHtml(readReport('report-fail')))
    .tags.concat(parseHtml(renderHtml(readReport('report-pass'))).tags)
    .map(({ name }) => name),
)
const ATTRIBUTES = new Set(
  parseHtml(renderHtml(readReport('report-fail'))).tags.flatMap(({ attributes }) => [...attributes.keys()]),
)
const INVISIBLE = /(?!\n)[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/u

describe('a report with hostile texts', () => {
  it('is a page of the same elements, closed and in order, with nothing hidden', () => {
    fc.assert(
      fc.property(texts, (list) => {
        const html = renderHtml(hostileReport(list))
        const { tags } = parseHtml(html)
        expect(tags.filter(({ name }) => !TAGS.has(name))).toEqual([])
        expect(
          tags.flatMap(({ attributes }) => [...attributes.keys()]).filter((name) => !ATTRIBUTES.has(name)),
        ).toEqual([])
        expect(INVISIBLE.exec(html)).toBeNull()
      }),
      { numRuns: 60 },
    )
  })

  it('says what the text says, read back', () => {
    const report = { ...readReport('report-fail'), closing: ATTACKS.slice(0, 5).join(' ') }
    expect(parseHtml(renderHtml(report)).text).toContain(ATTACKS.slice(0, 5).join(' '))
  })

  it('is Markdown with sound tables and no element but a line break', () => {
    fc.assert(
      fc.property(texts, (list) => {
        const markdown = renderMarkdown(hostileReport(list))
        expect(lintTables(markdown)).toEqual([])
        expect(INVISIBLE.exec(markdown)).toBeNull()
        expect(outsideCode(markdown).match(/<(?!br>)/)).toBeNull()
        expect(outsideCode(markdown)).not.toMatch(/(?<!\\)\]\(|:\/\//)
        expect(markdown.match(/^## \d\. /gm)).toHaveLength(10)
      }),
      { numRuns: 60 },
    )
  })

  it('is a summary that sends the terminal nothing but its own colours', () => {
    fc.assert(
      fc.property(texts, (list) => {
        const summary = renderSummary(hostileReport(list), { color: true })
        expect(INVISIBLE.exec(withoutColours(summary))).toBeNull()
      }),
      { numRuns: 60 },
    )
  })
})

function withoutColours(summary: string): string {
  const [head = '', ...rest] = summary.split('\u001b[')
  return [head, ...rest.map((part) => part.replace(/^[0-9;]+m/, ''))].join('')
}

/** Text in code spans and fences is shown as it stands. */
function outsideCode(markdown: string): string {
  return markdown.replace(/^(`{3,})sh\n[\s\S]*?\n\1$/gm, '').replace(/(?<!\\)`[^`\n]*`/g, '')
}

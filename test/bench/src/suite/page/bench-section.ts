import type { Bench, Table } from '../../bench.js'
import { humanName } from '../../table.js'
import type { BenchResult, PhysicalBound, RanBench } from '../results.js'
import { figureText } from '../words.js'
import { ratioBar, shareBar } from './bars.js'
import { type Cell, type Column, escapeHtml, listHtml, tableHtml } from './html.js'

const RATIO_COLUMNS: readonly Column[] = [
  { head: 'Ratio' },
  { head: '×', isNumber: true },
  { head: 'The middle is 1 ×, each doubling as long as the one before' },
]
const BOUND_COLUMNS: readonly Column[] = [
  { head: 'Bound' },
  { head: 'The machine', isNumber: true },
  { head: 'Ours', isNumber: true },
  { head: 'Ours ÷ bound', isNumber: true },
  { head: 'How it was found' },
]

export function benchHtml(result: BenchResult, bench: Bench | undefined): string {
  const id = escapeHtml(result.bench)
  const seconds = Math.round(result.durationMs / 1000)
  const backend = result.outcome === 'ran' && result.backend !== null ? `, backend ${result.backend}` : ''
  const content = result.outcome === 'ran' ? ranHtml(result, bench) : failureHtml(result.error)
  return [
    `<section id="${id}"><h2>${id}</h2>`,
    `<p class="soft">${escapeHtml(result.summary)}; ${seconds} s, ${result.rounds} rounds${escapeHtml(backend)}</p>`,
    content,
    '</section>',
  ].join('\n')
}

function failureHtml(error: string): string {
  return `<p class="failure"><strong>✗ failed:</strong> ${escapeHtml(error)}. Nothing of it was measured in this run.</p>`
}

function ranHtml(result: RanBench, bench: Bench | undefined): string {
  return [
    ...(bench?.tables(result) ?? []).map(rowsHtml),
    ratiosHtml(result.ratios),
    boundsHtml(result.bounds),
    peersHtml(result),
    notesHtml(result),
  ].join('\n')
}

function rowsHtml({ caption, columns, rows }: Table): string {
  const heads = columns.map((head, i) => ({ head, isNumber: i > 0 }))
  const cells = rows.map(({ cells: texts, bar }) => [...texts.map(escapeHtml), bar === undefined ? '' : shareBar(bar)])
  return tableHtml(caption, [...heads, { head: 'As a bar' }], cells)
}

function ratiosHtml(ratios: RanBench['ratios']): string {
  const rows = Object.entries(ratios).map(([name, ratio]): Cell[] => {
    return [escapeHtml(humanName(name)), escapeHtml(figureText(ratio, '')), ratioBar(ratio)]
  })
  return rows.length === 0 ? '' : tableHtml('Ratios', RATIO_COLUMNS, rows)
}

function boundsHtml(bounds: readonly PhysicalBound[]): string {
  const rows = bounds.map(({ name, value, unit, measured, how }): Cell[] => {
    const share = figureText(measured / value, '×')
    return [name, figureText(value, unit), figureText(measured, unit), share, how].map(escapeHtml)
  })
  return rows.length === 0 ? '' : tableHtml('What the machine allows', BOUND_COLUMNS, rows)
}

function peersHtml({ peers }: RanBench): string {
  const none = '<p class="soft">No other product does this: ours are compared with each other.</p>'
  if (peers.length === 0) return none
  const items = peers.map(({ product, version, role }) => `${product} ${version}: ${role}`)
  return `<h3>Peers in this run</h3>${listHtml(items)}`
}

function notesHtml({ notes }: RanBench): string {
  return notes.length === 0 ? '' : `<h3>Notes</h3>${listHtml(notes)}`
}

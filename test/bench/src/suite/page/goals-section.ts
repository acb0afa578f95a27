import type { JudgedGoal } from '../results.js'
import { boundWords, figureText, ORDER } from '../words.js'
import { boundBar } from './bars.js'
import { type Cell, type Column, escapeHtml, tableHtml } from './html.js'
import { verdictHtml } from './overview.js'

const COLUMNS: readonly Column[] = [
  { head: 'Goal' },
  { head: 'Verdict' },
  { head: 'Value', isNumber: true },
  { head: 'Bound', isNumber: true },
  { head: 'Against the bound' },
  { head: 'From' },
]

/** Every goal with its bound: what this run measured, what is on record, what has no value. Not met ones come first. */
export function goalsHtml(goals: readonly JudgedGoal[]): string {
  const ofThisRun = goals.filter(({ isOfThisRun }) => isOfThisRun)
  const recorded = goals.filter(({ isOfThisRun, value }) => !isOfThisRun && value !== null)
  const open = goals.filter(({ value }) => value === null)
  const note = 'In the bars the tick is the bound and the right end twice as much.'
  const recordedNote = 'A recorded value is as old as its note: its commit and day stand beside the command.'
  return [
    '<section id="goals"><h2>Goals</h2>',
    `<p class="soft">${note} ${recordedNote}</p>`,
    block('Measured in this run', ofThisRun),
    block('On record from other commands', recorded),
    block('Without a value', open),
    '</section>',
  ].join('\n')
}

function block(caption: string, goals: readonly JudgedGoal[]): string {
  if (goals.length === 0) return ''
  const rank = ({ verdict }: JudgedGoal) => ORDER.indexOf(verdict)
  return tableHtml(caption, COLUMNS, goals.toSorted((a, b) => rank(a) - rank(b)).map(cellsOf))
}

function cellsOf(goal: JudgedGoal): Cell[] {
  const { of, words, verdict, value, unit, bound, source, isOfThisRun, remark } = goal
  const aside = remark === null ? '' : `<span class="remark">${escapeHtml(remark)}</span>`
  return [
    `${escapeHtml(words)}<span class="of">${escapeHtml(of)}</span>`,
    verdictHtml(verdict),
    value === null ? '' : escapeHtml(figureText(value, unit)),
    escapeHtml(boundWords(goal)),
    value !== null && value >= 0 && bound > 0 ? boundBar(value, bound, verdict !== 'not met') : '',
    `<span>${isOfThisRun ? 'this run: ' : ''}<code>${escapeHtml(source)}</code>${aside}</span>`,
  ]
}

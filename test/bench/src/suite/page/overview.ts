import { IDLE_LOAD } from '../../machine.js'
import type { JudgedGoal, Results } from '../results.js'
import { countsOf, MARKS } from '../words.js'
import { escapeHtml } from './html.js'

const GIB = 2 ** 30
const MINUTE_MS = 60_000
const SHORT_HASH = 12

/** Where, when and of what: the machine at the top, then what speaks against the numbers, then the count of verdicts. */
export function overviewHtml(results: Results): string {
  const day = results.startedAt.slice(0, 16).replace('T', ' ')
  const kind = results.isLong ? 'with the million accounts' : 'without the million accounts'
  return [
    '<header>',
    '<h1>Montana benchmarks</h1>',
    `<p class="soft">One run of all benches, ${day} UTC, ${kind}; peers measured beside ours in the same run.</p>`,
    factsHtml(facts(results)),
    ...warnings(results).map((text) => `<p class="warning">${escapeHtml(text)}</p>`),
    tallyHtml(results.goals),
    '</header>',
  ].join('\n')
}

function facts({ host, commit, isDirty, durationMs }: Results): [string, string][] {
  const siblings = host.smtSiblings === null ? 'unknown' : host.smtSiblings ? 'yes' : 'no'
  return [
    ['Processor', host.cpu],
    ['Cores', `${host.cores}, siblings: ${siblings}`],
    ['Instructions', host.cpuFlags.join(' ') || 'unknown'],
    ['Memory', `${(host.memoryBytes / GIB).toFixed(1)} GiB`],
    ['System', host.kernel],
    ['Node.js', host.node],
    ['Load before', host.loadBefore.map((load) => load.toFixed(1)).join(' · ')],
    ['Commit', `${commit?.slice(0, SHORT_HASH) ?? 'none'}${isDirty ? ', changed since' : ''}`],
    ['Duration', `${(durationMs / MINUTE_MS).toFixed(1)} min`],
  ]
}

function factsHtml(pairs: readonly [string, string][]): string {
  const items = pairs.map(([name, text]) => `<div><dt>${escapeHtml(name)}</dt><dd>${escapeHtml(text)}</dd></div>`)
  return `<dl class="facts">${items.join('')}</dl>`
}

export function warnings({ host, isDirty }: Pick<Results, 'host' | 'isDirty'>): string[] {
  const [load] = host.loadBefore
  const busy = `Busy machine: load ${load.toFixed(1)} before the run. Times and rates are no evidence; measure again when it is idle.`
  const shared = 'The cores share their units: ratios for several cores say little here.'
  const dirty = 'The checkout differed from its commit: nobody else can repeat this run.'
  return [...(load > IDLE_LOAD ? [busy] : []), ...(host.smtSiblings ? [shared] : []), ...(isDirty ? [dirty] : [])]
}

function tallyHtml(goals: readonly JudgedGoal[]): string {
  const items = countsOf(goals).map(([verdict, count]) => `<li>${verdictHtml(verdict)} ${count}</li>`)
  return `<ul class="tally" aria-label="Goals by verdict">${items.join('')}</ul>`
}

export function verdictHtml(verdict: JudgedGoal['verdict']): string {
  const kind = verdict.replaceAll(' ', '-')
  return `<span class="verdict is-${kind}"><span aria-hidden="true">${MARKS[verdict]}</span> ${verdict}</span>`
}

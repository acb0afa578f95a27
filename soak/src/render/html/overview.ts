import type { Report, Verdict } from '../../report/schema.js'
import { type Cause, whereAndWhen } from '../causes.js'
import { escapeHtml } from '../escape.js'
import { instant } from '../numbers.js'
import { type DrillLine, type Fact, type Overview, overviewOf } from '../overview.js'
import { plural } from '../phrases.js'
import { type Anchors, codeHtml, severityBadge, verdictBadge, verdictClass } from './inline.js'

/** Shapes, so that the verdict is seen without colour. */
const ICONS: Readonly<Record<Verdict, string>> = {
  PASS: 'M7 16.5l6 6 12-13',
  FAIL: 'M9 9l14 14M23 9L9 23',
  INSUFFICIENT: 'M16 8v10M16 23v.5',
  'N-A': 'M9 16h14',
}

function icon(verdict: Verdict): string {
  return `<svg class="verdict-icon" viewBox="0 0 32 32" aria-hidden="true"><path d="${ICONS[verdict]}"/></svg>`
}

function verdictBox(report: Report, overview: Overview): string {
  const note = overview.compressed === null ? '' : `<p class="compressed">${escapeHtml(overview.compressed)}</p>`
  const word = `<p class="verdict-word">${icon(report.verdict)}<span><span class="sr">Verdict: </span>${report.verdict}</span></p>`
  return `<div class="verdict ${verdictClass(report.verdict)}">${word}<div><p class="closing">${escapeHtml(report.closing)}</p>${note}</div></div>`
}

/** Longer values are set smaller. */
const LENGTHY = 18

function factHtml(fact: Fact): string {
  const none = '<span class="absent" title="the inputs cannot tell">\u2014</span>'
  const value = fact.value === null ? none : escapeHtml(fact.value)
  const isLengthy = (fact.value?.length ?? 0) > LENGTHY
  const details = fact.details.map((line) => `<span class="detail">${escapeHtml(line)}</span>`).join('')
  return `<div${fact.isAlarming ? ' class="alarming"' : ''}><dt>${fact.name}</dt><dd${isLengthy ? ' class="lengthy"' : ''}>${value}${details}</dd></div>`
}

function causeHtml(cause: Cause, anchors: Anchors): string {
  const { finding, text, explained } = cause
  const id = anchors.get(finding.key) ?? ''
  const more = explained === 0 ? '' : ` <span class="muted">Explains ${plural(explained, 'other finding')}.</span>`
  const link = `<a href="#${id}"><strong>${escapeHtml(finding.id)}</strong></a>`
  const title = `${severityBadge(finding.severity)} ${link} <span class="place">${escapeHtml(whereAndWhen(cause))}</span>`
  const remedy = `<p class="remedy"><span class="muted">Remedy</span> ${escapeHtml(finding.remedy)}</p>`
  return `<li><p class="finding-head">${title}</p><p>${escapeHtml(text)}${more}</p>${remedy}</li>`
}

function causesHtml(overview: Overview, anchors: Anchors): string {
  const list = `<ol class="causes">${overview.causes.map((cause) => causeHtml(cause, anchors)).join('\n')}</ol>`
  return `<h2>${overview.causesTitle}</h2>${overview.causes.length === 0 ? '' : list}${moreHtml(overview.moreCauses)}`
}

function moreHtml(count: number): string {
  return count > 0 ? `<p><a href="#section-8">and ${count} more in section 8</a></p>` : ''
}

function drillHtml({ name, from, found }: DrillLine): string {
  const time = from === null ? 'it never began' : instant(from)
  const what = `${escapeHtml(name)}<span class="when">${escapeHtml(time)}</span>`
  const ids = found.map(codeHtml).join(' ')
  return `<li><span>${what}</span><span>${found.length === 0 ? '<span class="badge fail">MISSED</span>' : ids}</span></li>`
}

function drillsHtml({ drills, moreDrills }: Overview): string {
  if (drills.length === 0) return ''
  return `<h2>Declared drills and what noticed them</h2><ul class="rows">${drills.map(drillHtml).join('\n')}</ul>${moreHtml(moreDrills)}`
}

function rowsHtml(report: Report): string {
  const items = report.rows.map((row) => {
    const reason = row.verdict === 'PASS' || row.verdict === 'N-A' ? undefined : row.reasons[0]
    const why = reason === undefined ? '' : `<span class="detail">${escapeHtml(reason)}</span>`
    return `<li><span>${escapeHtml(row.component)}${why}</span>${verdictBadge(row.verdict)}</li>`
  })
  return `<div><h2>Verdict by component</h2><ul class="rows">${items.join('\n')}</ul></div>`
}

/** The first screen. */
export function overviewHtml(report: Report, anchors: Anchors): string {
  const overview = overviewOf(report)
  const title = `<h1>${escapeHtml(overview.title)}</h1><p class="generated">${escapeHtml(overview.generated)}</p>`
  const facts = `<dl class="facts">${overview.facts.map(factHtml).join('')}</dl>`
  return `<header>\n${title}\n${verdictBox(report, overview)}\n${facts}\n<div class="columns"><div>${causesHtml(overview, anchors)}${drillsHtml(overview)}</div>\n${rowsHtml(report)}</div>\n</header>`
}

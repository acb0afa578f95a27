import type { Finding } from '../../report/schema.js'
import type { FindingGroup } from '../document.js'
import { escapeHtml } from '../escape.js'
import { againstThreshold, period, place, plural } from '../phrases.js'
import { type Anchors, codeHtml, severityBadge } from './inline.js'

function figures(finding: Finding): string {
  const facts = [period(finding.from, finding.to), againstThreshold(finding)]
  return facts.flatMap((fact) => (fact === null ? [] : [`<span>${escapeHtml(fact)}</span>`])).join('')
}

function evidence(finding: Finding): string {
  if (finding.evidence.length === 0) return ''
  const ids = finding.evidence.map(codeHtml).join(' ')
  return `<p class="evidence"><span class="muted">Evidence</span> ${ids}</p>`
}

/** The cause, where the finding is not listed under it. */
function elsewhere(finding: Finding, root: Finding, anchors: Anchors): string {
  const cause = finding.explained_by
  if (cause === null || (finding !== root && cause === root.key)) return ''
  const id = anchors.get(cause)
  const name = codeHtml(cause)
  return `<p class="evidence"><span class="muted">Explained by</span> ${id === undefined ? name : `<a href="#${id}">${name}</a>`}</p>`
}

function head(finding: Finding): string {
  const name = `<strong>${escapeHtml(finding.id)}</strong> <span class="place">${escapeHtml(place(finding))}</span>`
  const key = `<code class="key">${escapeHtml(finding.key)}</code>`
  return `<p class="finding-head">${severityBadge(finding.severity)} ${name} ${key}<span class="figures">${figures(finding)}</span></p>`
}

function findingBody(finding: Finding, root: Finding, anchors: Anchors): string {
  const remedy = `<p class="remedy"><span class="muted">Remedy</span> ${escapeHtml(finding.remedy)}</p>`
  return `${head(finding)}<p>${escapeHtml(finding.text)}</p>${remedy}${evidence(finding)}${elsewhere(finding, root, anchors)}`
}

function explainedList({ root, explained }: FindingGroup, anchors: Anchors): string {
  if (explained.length === 0) return ''
  const items = explained.map((finding) => {
    return `<li id="${anchors.get(finding.key) ?? ''}">${findingBody(finding, root, anchors)}</li>`
  })
  const title = `<p class="explains">Explains ${plural(explained.length, 'other finding')}</p>`
  return `<div class="explained">${title}<ul>${items.join('\n')}</ul></div>`
}

function groupHtml(group: FindingGroup, anchors: Anchors): string {
  const { root } = group
  const id = anchors.get(root.key) ?? ''
  const body = `<div class="cause">${findingBody(root, root, anchors)}</div>`
  return `<article class="finding is-${root.severity}" id="${id}">${body}${explainedList(group, anchors)}</article>`
}

export function findingsHtml(groups: readonly FindingGroup[], anchors: Anchors): string {
  return groups.map((group) => groupHtml(group, anchors)).join('\n')
}

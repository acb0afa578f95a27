import type { Severity, Verdict } from '../../report/schema.js'
import type { Cell, Inline } from '../document.js'
import { escapeHtml } from '../escape.js'
import { instant } from '../numbers.js'

/** Key of a finding to the id of its element; a key that no finding has is not linked. */
export type Anchors = ReadonlyMap<string, string>

const VERDICT_CLASS: Readonly<Record<Verdict, string>> = {
  PASS: 'pass',
  FAIL: 'fail',
  INSUFFICIENT: 'insufficient',
  'N-A': 'na',
}

export function verdictClass(verdict: Verdict): string {
  return VERDICT_CLASS[verdict]
}

export function verdictBadge(verdict: Verdict): string {
  return `<span class="badge ${verdictClass(verdict)}">${verdict}</span>`
}

export function severityBadge(severity: Severity): string {
  return `<span class="badge ${severity}">${severity}</span>`
}

/** On paper longer ones may break anywhere. */
const LONG = 32

export function codeHtml(text: string): string {
  return `<code${text.length > LONG ? ' class="long"' : ''}>${escapeHtml(text)}</code>`
}

function findingLink(key: string, anchors: Anchors): string {
  const id = anchors.get(key)
  const name = codeHtml(key)
  return id === undefined ? name : `<a href="#${id}">${name}</a>`
}

export function inlineHtml(part: Inline, anchors: Anchors): string {
  switch (part.kind) {
    case 'text':
      return escapeHtml(part.text)
    case 'strong':
      return `<strong>${escapeHtml(part.text)}</strong>`
    case 'muted':
      return `<span class="muted">${escapeHtml(part.text)}</span>`
    case 'code':
      return codeHtml(part.text)
    case 'verdict':
      return verdictBadge(part.verdict)
    case 'severity':
      return severityBadge(part.severity)
    case 'finding':
      return findingLink(part.key, anchors)
    case 'time':
      return `<time datetime="${escapeHtml(part.time)}">${escapeHtml(instant(part.time))}</time>`
    case 'absent':
      return `<span class="absent" title="${escapeHtml(part.reason)}">\u2014</span>`
  }
}

export function partsHtml(parts: readonly Inline[], anchors: Anchors): string {
  return parts.map((part) => inlineHtml(part, anchors)).join('')
}

export function cellHtml(cell: Cell, anchors: Anchors): string {
  return cell.map((parts) => partsHtml(parts, anchors)).join('<br>')
}

import type { Report } from '../../report/schema.js'
import { drawChart } from '../charts/draw.js'
import type { Block, ChartBlock, Section } from '../document.js'
import { escapeHtml } from '../escape.js'
import { findingsHtml } from './findings.js'
import { type Anchors, partsHtml } from './inline.js'
import { tableHtml } from './table.js'

export interface HtmlContext {
  readonly report: Report
  readonly anchors: Anchors
}

function chartHtml(block: ChartBlock, report: Report): string {
  const picture = `<div class="scroll" role="region" tabindex="0" aria-label="${escapeHtml(block.title)}">${drawChart(block, report)}</div>`
  const caption = `<figcaption><strong>${escapeHtml(block.title)}.</strong> ${escapeHtml(block.note)}</figcaption>`
  return `<figure>${caption}${picture}</figure>`
}

export function blockHtml(block: Block, { report, anchors }: HtmlContext): string {
  switch (block.kind) {
    case 'paragraph':
      return `<p>${partsHtml(block.parts, anchors)}</p>`
    case 'heading':
      return `<h3>${escapeHtml(block.text)}</h3>`
    case 'list':
      return `<ul>${block.items.map((item) => `<li>${partsHtml(item, anchors)}</li>`).join('')}</ul>`
    case 'command':
      return `<pre tabindex="0"><code>${escapeHtml(block.text)}</code></pre>`
    case 'table':
      return tableHtml(block, anchors)
    case 'chart':
      return chartHtml(block, report)
    case 'findings':
      return findingsHtml(block.groups, anchors)
  }
}

export function sectionHtml(section: Section, context: HtmlContext): string {
  const title = `<h2><span class="section-number">${section.number}</span>${escapeHtml(section.title)}</h2>`
  const blocks = section.blocks.map((block) => blockHtml(block, context)).join('\n')
  return `<section id="section-${section.number}">\n${title}\n${blocks}\n</section>`
}

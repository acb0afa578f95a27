import { presented, summarise } from '../charts/series.js'
import type { Block, ChartBlock, Section } from '../document.js'
import { escapeMarkdown } from '../escape.js'
import { cell, decimal, left, right, text } from '../parts.js'
import { visible } from '../visible.js'
import { findingsMarkdown } from './findings.js'
import { partsMarkdown } from './inline.js'
import { tableMarkdown } from './table.js'

/** The figures of a chart; the picture is in report.html. */
function chartMarkdown(block: ChartBlock): string {
  const { unit, lines } = presented(block.series)
  const columns = [left(block.title), right('Least'), right('Most'), right('Last'), left('Unit')]
  const rows = lines
    .map(summarise)
    .map((line) => [
      cell(text(line.label)),
      ...[line.least, line.most, line.last].map((value) => decimal(value, 2)),
      cell(text(unit)),
    ])
  return tableMarkdown(columns, rows)
}

/** Longer than any run of backticks inside. */
function fence(command: string): string {
  const runs = command.match(/`+/g) ?? []
  return '`'.repeat(Math.max(3, ...runs.map((run) => run.length + 1)))
}

function commandMarkdown(command: string): string {
  const mark = fence(command)
  return `${mark}sh\n${visible(command)}\n${mark}`
}

export function blockMarkdown(block: Block): string {
  switch (block.kind) {
    case 'paragraph':
      return partsMarkdown(block.parts)
    case 'heading':
      return `### ${escapeMarkdown(block.text)}`
    case 'list':
      return block.items.map((item) => `- ${partsMarkdown(item)}`).join('\n')
    case 'command':
      return commandMarkdown(block.text)
    case 'table':
      return tableMarkdown(block.columns, block.rows)
    case 'chart':
      return chartMarkdown(block)
    case 'findings':
      return findingsMarkdown(block.groups)
  }
}

export function sectionMarkdown(section: Section): string {
  const title = `## ${section.number}. ${escapeMarkdown(section.title)}`
  return [title, ...section.blocks.map(blockMarkdown)].join('\n\n')
}

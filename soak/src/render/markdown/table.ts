import type { Cell, Column } from '../document.js'
import { escapeMarkdown } from '../escape.js'
import { cellMarkdown } from './inline.js'

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}

/** Table of GitHub Markdown. */
export function tableMarkdown(columns: readonly Column[], rows: readonly (readonly Cell[])[]): string {
  const titles = columns.map((column) => escapeMarkdown(column.title))
  const rules = columns.map((column) => (column.align === 'right' ? '---:' : '---'))
  return [titles, rules, ...rows.map((cells) => cells.map(cellMarkdown))].map(row).join('\n')
}

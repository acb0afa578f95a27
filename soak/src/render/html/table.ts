import type { Cell, Column, TableBlock } from '../document.js'
import { escapeHtml } from '../escape.js'
import { type Anchors, cellHtml } from './inline.js'

function headCell(column: Column): string {
  return `<th scope="col"${column.align === 'right' ? ' class="num"' : ''}>${escapeHtml(column.title)}</th>`
}

function bodyCell(cell: Cell, column: Column | undefined, index: number, anchors: Anchors): string {
  const align = column?.align === 'right' ? ' class="num"' : ''
  const content = cellHtml(cell, anchors)
  return index === 0 ? `<th scope="row"${align}>${content}</th>` : `<td${align}>${content}</td>`
}

function bodyRow(row: readonly Cell[], columns: readonly Column[], anchors: Anchors): string {
  return `<tr>${row.map((cell, i) => bodyCell(cell, columns[i], i, anchors)).join('')}</tr>`
}

/** A table in a box of its own that scrolls where the screen is narrow and can be reached by keyboard. */
export function tableHtml(block: TableBlock, anchors: Anchors): string {
  const caption = escapeHtml(block.caption)
  const head = `<thead><tr>${block.columns.map(headCell).join('')}</tr></thead>`
  const body = `<tbody>\n${block.rows.map((row) => bodyRow(row, block.columns, anchors)).join('\n')}\n</tbody>`
  return `<div class="scroll" role="region" tabindex="0" aria-label="${caption}"><table><caption>${caption}</caption>${head}${body}</table></div>`
}

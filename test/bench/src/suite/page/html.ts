const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
}

/** A column of a table. */
export interface Column {
  readonly head: string
  readonly isNumber?: boolean
}

/** A cell: HTML that is escaped already. */
export type Cell = string

/**
 * A table whose rows become blocks on a narrow screen, each cell with the name of its column. The roles are those that the
 * elements have anyway and lose where they are laid out as blocks.
 */
export function tableHtml(caption: string, columns: readonly Column[], rows: readonly (readonly Cell[])[]): string {
  const head = columns.map(({ head: name, isNumber }) => {
    return `<th role="columnheader" scope="col"${isNumber ? ' class="num"' : ''}>${escapeHtml(name)}</th>`
  })
  return [
    '<table role="table">',
    `<caption>${escapeHtml(caption)}</caption>`,
    `<thead role="rowgroup"><tr role="row">${head.join('')}</tr></thead>`,
    `<tbody role="rowgroup">${rows.map((cells) => rowHtml(columns, cells)).join('\n')}</tbody>`,
    '</table>',
  ].join('\n')
}

function rowHtml(columns: readonly Column[], cells: readonly Cell[]): string {
  const html = cells.map((cell, i) => {
    const { head = '', isNumber = false } = columns[i] ?? {}
    if (i === 0) return `<th role="rowheader" scope="row">${cell}</th>`
    return `<td role="cell" data-head="${escapeHtml(head)}"${isNumber ? ' class="num"' : ''}>${cell}</td>`
  })
  return `<tr role="row">${html.join('')}</tr>`
}

export function listHtml(items: readonly string[]): string {
  return items.length === 0 ? '' : `<ul>${items.map((item) => `<li>${escapeHtml(item)}</li>`).join('')}</ul>`
}

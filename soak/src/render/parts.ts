import type { Block, Cell, Column, Inline } from './document.js'
import { brief, fixed } from './numbers.js'

/** What stands where nothing was measured; never a zero. */
export const NOT_MEASURED = 'not measured'

export const text = (value: string): Inline => ({ kind: 'text', text: value })
export const strong = (value: string): Inline => ({ kind: 'strong', text: value })
export const muted = (value: string): Inline => ({ kind: 'muted', text: value })
export const code = (value: string): Inline => ({ kind: 'code', text: value })
export const absent = (reason = NOT_MEASURED): Inline => ({ kind: 'absent', reason })

export const cell = (...parts: Inline[]): Cell => [parts]

/** A measured value by `show`, or the mark of its absence. */
export function known<T>(value: T | null, show: (value: T) => string, reason?: string): Cell {
  return cell(value === null ? absent(reason) : text(show(value)))
}

export const number = (value: number | null, reason?: string): Cell => known(value, brief, reason)
export const decimal = (value: number | null, digits: number, reason?: string): Cell =>
  known(value, (v) => fixed(v, digits), reason)
export const moment = (value: string | null, reason?: string): Cell =>
  cell(value === null ? absent(reason) : { kind: 'time', time: value })
export const string = (value: string | null, reason?: string): Cell => known(value, (v) => v, reason)

/** A hash by its first twelve digits, enough to tell builds apart. */
export function shortHash(value: string | null, reason?: string): Cell {
  return cell(value === null ? absent(reason) : code(value.slice(0, 12)))
}

export const left = (title: string): Column => ({ title, align: 'left' })
export const right = (title: string): Column => ({ title, align: 'right' })

export const paragraph = (...parts: Inline[]): Block => ({ kind: 'paragraph', parts })
export const heading = (value: string): Block => ({ kind: 'heading', text: value })

/** The table, or a sentence where it would be empty. */
export function table(caption: string, columns: readonly Column[], rows: readonly (readonly Cell[])[]): Block {
  return rows.length === 0 ? paragraph(muted(`${caption}: none.`)) : { kind: 'table', caption, columns, rows }
}

/** The first `limit` rows and a sentence about the rest, which stands in report.json. */
export function cutTable(
  caption: string,
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  limit: number,
) {
  const rest = rows.length - limit
  const shown = table(caption, columns, rows.slice(0, limit))
  return rest > 0 ? [shown, paragraph(muted(`and ${rest} more in report.json`))] : [shown]
}

const DELIMITER = /^\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/
const CONTROL = /(?!\n)[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u
const FENCE = /^(`{3,})/

/** Cells between the unescaped borders of a row; the outer borders are optional. */
function cellCount(row: string): number {
  const inner = row
    .trim()
    .replace(/^\|/, '')
    .replace(/(?<!\\)\|$/, '')
  return (inner.match(/(?<!\\)\|/g) ?? []).length + 1
}

interface State {
  fence: string | null
  /** Cells of the header of the table that the line belongs to. */
  cells: number | null
}

function lintFence(line: string, state: State): boolean {
  const mark = FENCE.exec(line)?.[1]
  if (mark !== undefined) state.fence = state.fence === null ? mark : mark === state.fence ? null : state.fence
  return mark !== undefined || state.fence !== null
}

function isHeader(line: string, next: string | undefined): boolean {
  return line.includes('|') && DELIMITER.test(next ?? '')
}

/** A table ends at an empty line and nowhere else: a torn row is a row. */
function lintRow(line: string, next: string | undefined, state: State): string | null {
  if (line.trim() === '') {
    state.cells = null
    return null
  }
  if (state.cells === null && isHeader(line, next)) state.cells = cellCount(line)
  if (state.cells === null) return line.startsWith('|') ? 'a row outside of a table' : null
  const count = cellCount(line)
  return count === state.cells ? null : `${count} cells where the header has ${state.cells}`
}

/** What is wrong with the tables of a Markdown text, one message a line; empty when nothing is: spec operations 4, Q1. */
export function lintTables(markdown: string): string[] {
  const lines = markdown.split('\n')
  const state: State = { fence: null, cells: null }
  return lines.flatMap((line, i) => {
    const control = CONTROL.test(line) ? ['a bare control character'] : []
    const row = lintFence(line, state) ? null : lintRow(line, lines[i + 1], state)
    return [...control, ...(row === null ? [] : [row])].map((message) => `line ${i + 1}: ${message}`)
  })
}

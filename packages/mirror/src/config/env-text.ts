/** One piece of a `.env` file. The pieces in order, joined, are the file: an edit touches only its own. */
export type EnvPiece =
  | { readonly kind: 'entry'; readonly raw: string; readonly key: string; readonly value: string }
  /** Blank line, comment, or a line that is no assignment; `key` where one could be read of it. */
  | { readonly kind: 'other'; readonly raw: string; readonly key: string | null }

/** `KEY=`, with `export` before it and blanks around. */
const ASSIGNMENT = /^[\t ]*(?:export[\t ]+)?([A-Za-z_][A-Za-z0-9_.-]*)[\t ]*=[\t ]*/
const LINE = /[^\n]*(?:\n|$)/y
/** What may follow a closing quote: blanks, a comment, the end of the line. */
const AFTER_QUOTE = /[\t ]*(?:#[^\n]*)?\r?(?:\n|$)/y
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' }

/**
 * Takes a `.env` apart: `KEY=value`, comments behind a blank and `#`, single quotes (literal), double quotes (`\n`, `\r`,
 * `\t`, and a backslash before anything else stands for that), both over several lines, `export`, CRLF. Nothing is
 * expanded. The last of two equal keys counts.
 */
export function parseEnv(text: string): EnvPiece[] {
  const pieces: EnvPiece[] = []
  for (let at = text.startsWith('\uFEFF') ? 1 : 0; at < text.length; ) {
    const piece = pieceAt(text, at)
    pieces.push(piece)
    at += piece.raw.length
  }
  return pieces
}

/** The text of one entry, of the form that {@link parseEnv} reads back. */
export function formatEntry(key: string, value: string): string {
  if (/^[\w./:@%+,^*=-]*$/.test(value)) return `${key}=${value}\n`
  if (/^[^'\r\n]*$/.test(value)) return `${key}='${value}'\n`
  const escaped = value.replaceAll(/["\\]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\r', '\\r')
  return `${key}="${escaped}"\n`
}

function pieceAt(text: string, at: number): EnvPiece {
  const line = match(LINE, text, at)
  const assignment = ASSIGNMENT.exec(line)
  const key = assignment?.[1]
  if (assignment === null || key === undefined) return { kind: 'other', raw: line, key: bareKey(line) }
  const start = at + assignment[0].length
  const quote = text[start]
  if (quote !== '"' && quote !== "'") return entry(line, key, plainValue(line.slice(assignment[0].length)))
  const end = closingQuote(text, start)
  const rest = end === undefined ? '' : match(AFTER_QUOTE, text, end + 1)
  if (end === undefined || (rest === '' && end + 1 < text.length)) return { kind: 'other', raw: line, key }
  return entry(text.slice(at, end + 1 + rest.length), key, quotedValue(text.slice(start + 1, end), quote))
}

function entry(raw: string, key: string, value: string): EnvPiece {
  return { kind: 'entry', raw, key, value }
}

/** `MIRROR_ENABLED true` is a mistake that deserves its name. */
function bareKey(line: string): string | null {
  return /^[\t ]*(?:export[\t ]+)?([A-Z][A-Z0-9_]*)/.exec(line)?.[1] ?? null
}

function plainValue(text: string): string {
  return text.replace(/(?:^|[\t ])#.*/s, '').trim()
}

function closingQuote(text: string, start: number): number | undefined {
  const quote = text[start]
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === quote) return at
    if (quote === '"' && text[at] === '\\') at++
  }
  return undefined
}

function quotedValue(text: string, quote: string): string {
  const lines = text.replaceAll('\r\n', '\n')
  return quote === "'" ? lines : lines.replaceAll(/\\([\s\S])/g, (_, letter: string) => ESCAPES[letter] ?? letter)
}

function match(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? ''
}

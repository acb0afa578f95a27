import { visible } from './visible.js'

const HTML: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
}

/** Safe as text and as a quoted attribute of HTML or SVG. */
export function escapeHtml(text: string): string {
  return visible(text).replace(/[&<>"'`]/g, (character) => HTML[character] ?? '')
}

/** A backslash is an entity, so that none can stand before a `|`: parsers of tables disagree about `\\|`. */
const MARKDOWN: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\\': '&#92;' }
const SPECIAL = /[&<>\\`*[\]|~$@]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g
const AUTOLINK = /:\/\/|\bwww\./gi
/** Start of a list, a heading or a rule. */
const BLOCK_START = /^(?:[-+=#]+(?=\s|$)|\d+(?=[.)](?:\s|$)))/

function escapeSpecial(character: string): string {
  return MARKDOWN[character] ?? `\\${character}`
}

function breakLink(start: string): string {
  return start.startsWith(':') ? ':\\/\\/' : `${start.slice(0, -1)}\\.`
}

function escapeStart(start: string): string {
  return /^\d/.test(start) ? `${start}\\` : `\\${start}`
}

/** Text inside a paragraph, a list item or a table cell of GitHub Markdown: one line, no markup, no link, no cell border. */
export function escapeMarkdown(text: string): string {
  const line = visible(text).trim().replaceAll(/ {2,}/g, ' ')
  return line.replace(SPECIAL, escapeSpecial).replace(AUTOLINK, breakLink).replace(BLOCK_START, escapeStart)
}

/** A code span; text that a span cannot hold in every parser is given as escaped text instead. */
export function markdownCode(text: string): string {
  const line = visible(text).trim()
  return line === '' || /[`|\\]/.test(line) ? escapeMarkdown(line) : `\`${line}\``
}

import type { Cell, Inline } from '../document.js'
import { escapeMarkdown, markdownCode } from '../escape.js'
import { instant } from '../numbers.js'

/** Escaped text between two marks; spaces at the ends join a piece to its neighbours and stay outside. */
function between(mark: string, text: string): string {
  const body = escapeMarkdown(text)
  const before = text.startsWith(' ') ? ' ' : ''
  return body === '' ? '' : `${before}${mark}${body}${mark}${text.endsWith(' ') ? ' ' : ''}`
}

export function inlineMarkdown(part: Inline): string {
  switch (part.kind) {
    case 'text':
    case 'muted':
      return between('', part.text)
    case 'strong':
      return between('**', part.text)
    case 'code':
      return markdownCode(part.text)
    case 'verdict':
      return `**${part.verdict}**`
    case 'severity':
      return part.severity
    case 'finding':
      return markdownCode(part.key)
    case 'time':
      return escapeMarkdown(instant(part.time))
    case 'absent':
      return '\u2014'
  }
}

export function partsMarkdown(parts: readonly Inline[]): string {
  return parts.map(inlineMarkdown).join('').trim()
}

/** One cell; its lines are separated by `<br>`, which is the only HTML of the report. */
export function cellMarkdown(cell: Cell): string {
  return cell.map(partsMarkdown).join('<br>')
}

/**
 * Characters that a reader cannot see but that change what is seen: controls, directional marks, joiners of words,
 * separators of lines, tags, halves of pairs. Format characters are named one by one, so that a newer Unicode table
 * cannot change a report.
 * ZWJ and ZWNJ stay: scripts and emoji need them.
 */
const HIDDEN =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu

const LINE_BREAK = /\r\n|[\n\r\u0085\u2028\u2029]/g

function codePoint(character: string): string {
  const hex = (character.codePointAt(0) ?? 0).toString(16)
  return `\\u{${hex}}`
}

/** One line of text in which nothing is hidden: breaks as ⏎, tabs as spaces, other hidden characters as `\u{…}`. */
export function visible(text: string): string {
  return text.replace(LINE_BREAK, '\u23ce').replaceAll('\t', ' ').replace(HIDDEN, codePoint)
}

/** The first `length` code points, with … where something was cut. */
export function shorten(text: string, length: number): string {
  const points = [...text]
  return points.length <= length ? text : `${points.slice(0, length - 1).join('')}\u2026`
}

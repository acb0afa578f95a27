/** Grapheme rules of Unicode do not depend on the language; a fixed one makes the result the same everywhere. */
const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })
const IS_ASCII = /^[ -~]*$/

/** The first graphemes of a text: at most `graphemes`, at most `units` UTF-16 units, and never a part of one. Pure. */
export function cutGraphemes(text: string, graphemes: number, units: number): string {
  const limit = Math.min(graphemes, units)
  if (text.length <= limit) return text
  // Segmenting is slow, and most logs are printable ASCII; the next character shows that nothing joins the last one.
  if (IS_ASCII.test(text.slice(0, limit + 1))) return text.slice(0, limit)
  return text.slice(0, endOfLast(text, graphemes, units))
}

function endOfLast(text: string, graphemes: number, units: number): number {
  let end = 0
  let taken = 0
  // A whole character beyond the limit is enough to see whether the last grapheme ends before it.
  for (const { segment, index } of segmenter.segment(text.slice(0, units + 2))) {
    if (taken === graphemes || index + segment.length > units) break
    end = index + segment.length
    taken++
  }
  return end
}

/**
 * A collector that wrote `$(grep -c PATTERN || echo 0)` put *number, LF, number* where a zero counter belongs, or
 * `0⏎?` with `|| echo '?'` (spec operations 3.2).
 */
const DOUBLED = /("[^"\\\n]{1,64}"[ \t]*:[ \t]*)(\d{1,15})\n(\d{1,15}|\?)(?=[ \t]*[,}])/g

/** The same text with each doubled counter as the pair `[number, "second line"]`, which no counter of the file is. */
export function markDoubled(text: string): string {
  return text.replaceAll(DOUBLED, '$1[$2,"$3"]')
}

/** A number of an old collector as read; null: not measured. */
export interface LegacyCounter {
  readonly value: number | null
  /** Rebuilt from two lines: shown, never summed. */
  readonly isDoubled: boolean
}

const NOT_MEASURED: LegacyCounter = { value: null, isDoubled: false }

/** Reads a marked or plain counter of JSON; what is neither counts as not measured. */
export function counterOf(value: unknown): LegacyCounter {
  if (Array.isArray(value)) return { value: countOf(value[0]), isDoubled: true }
  return { value: countOf(value), isDoubled: false }
}

/** Reads a printed cell such as `610`, `0⏎?` or `0⏎0`. */
export function counterOfCell(cell: string): LegacyCounter {
  const [, digits, second] = /^\s*(\d{1,15})(?:\n(\d{1,15}|\?))?\s*$/.exec(cell) ?? []
  return digits === undefined ? NOT_MEASURED : { value: Number(digits), isDoubled: second !== undefined }
}

function countOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null
}

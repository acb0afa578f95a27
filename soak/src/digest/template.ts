import { cutGraphemes } from './graphemes.js'
import type { Redact } from './redact.js'

/** Spec operations 6. */
export const TEMPLATE_GRAPHEMES = 200
/** Bounds of the schema, in UTF-16 units: one grapheme may be of any length. */
export const TEMPLATE_UNITS = 1024
export const SAMPLE_UNITS = 2048

const ESC = '\u001b'
/** What a terminal obeys instead of showing it: CSI sequences, OSC and other strings, single escapes. */
const ESCAPES = new RegExp(
  String.raw`(?:${ESC}\[|\u009b)[0-?]*[ -/]*[@-~]|${ESC}[\]PX^_][^\p{Cc}]*(?:\u0007|${ESC}\\)?|${ESC}[ -~]?`,
  'gu',
)
/** Control characters and those that turn the direction of a line. */
const CONTROLS = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu
const SPACE = /[\s\p{Z}]+/gu

const MARKS: readonly (readonly [pattern: RegExp, mark: string])[] = [
  [/(?<![\p{L}\p{N}])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![\p{L}\p{N}])/giu, '<uuid>'],
  // Digits alone are a number, however many.
  [/(?<![\p{L}\p{N}])(?:0x[0-9a-f]+|(?=\d*[a-f])[0-9a-f]{8,})(?![\p{L}\p{N}])/giu, '<hex>'],
  [/(?<![\p{L}\p{N}])(?=\d*[A-Za-z])[1-9A-HJ-NP-Za-km-z]{20,}(?![\p{L}\p{N}])/gu, '<b58>'],
  [/(?<!\d|<b)\d+(?:[.,]\d+)*/g, '<n>'],
]

/** What lines of one kind have in common: spec operations 6. Pure. */
export function templateOf(message: string, redact: Redact): string {
  const marked = MARKS.reduce((text, [pattern, mark]) => text.replaceAll(pattern, mark), redact(plainLine(message)))
  return cutGraphemes(marked, TEMPLATE_GRAPHEMES, TEMPLATE_UNITS).trimEnd()
}

/** A whole line as it may be published. Pure. */
export function sampleOf(text: string, redact: Redact): string {
  return cutGraphemes(redact(plainLine(text)), SAMPLE_UNITS, SAMPLE_UNITS)
}

/** On one line, without control sequences, as valid Unicode. */
function plainLine(text: string): string {
  return text.toWellFormed().replaceAll(ESCAPES, '').replaceAll(CONTROLS, ' ').replaceAll(SPACE, ' ').trim()
}

import { VALUE_MAX_BYTES } from '../constants.js'
import { invalid } from '../errors.js'

const PATTERN = /^[A-Z_][A-Z0-9_]*$/
const RESERVED = /^GITHUB_/

/** The one form in which names are kept: upper case. Throws 422 for what GitHub refuses. */
export function storedName(kind: 'Secret' | 'Variable', name: string): string {
  const upper = name.toUpperCase()
  if (!PATTERN.test(upper)) {
    throw invalid(
      `${kind} names can only contain alphanumeric characters ([a-z], [A-Z], [0-9]) or underscores (_). Spaces are not allowed. Must start with a letter ([a-z], [A-Z]) or underscores (_).`,
    )
  }
  if (RESERVED.test(upper)) throw invalid(`${kind} names must not start with GITHUB_.`)
  return upper
}

/** Throws 422 for values over 48 KB. */
export function checkValue(kind: 'Secret' | 'Variable', value: Uint8Array | string): void {
  const bytes = typeof value === 'string' ? Buffer.byteLength(value) : value.length
  if (bytes > VALUE_MAX_BYTES) throw invalid(`${kind} value is too large. Values can be at most 48 KB in size.`)
}

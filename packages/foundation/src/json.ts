import canonicalize from 'canonicalize'
import { errorMessage, MontanaError } from './errors.js'

/** RFC 8785 canonical JSON: what is hashed or signed as text. Throws MontanaError JSON_NOT_REPRESENTABLE. */
export function canonicalJson(value: unknown): string {
  const text = textOf(value)
  if (text === undefined) throw new MontanaError('JSON_NOT_REPRESENTABLE', 'value has no JSON form')
  return text
}

/** Half a surrogate pair, NaN and Infinity have no form, and the library says so in an error without a code. */
function textOf(value: unknown): string | undefined {
  try {
    return (canonicalize as unknown as (value: unknown) => string | undefined)(value)
  } catch (cause) {
    throw new MontanaError('JSON_NOT_REPRESENTABLE', `value has no JSON form: ${errorMessage(cause)}`, { cause })
  }
}

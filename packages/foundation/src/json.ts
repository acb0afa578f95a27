import canonicalize from 'canonicalize'
import { MontanaError } from './errors.js'

/** RFC 8785 canonical JSON: what is hashed or signed as text. */
export function canonicalJson(value: unknown): string {
  const text = (canonicalize as unknown as (value: unknown) => string | undefined)(value)
  if (text === undefined) throw new MontanaError('JSON_NOT_REPRESENTABLE', 'value has no JSON form')
  return text
}

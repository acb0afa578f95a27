type Reviver = (key: string, value: unknown) => unknown

/** A string of a text that is known to be JSON, with the colon that makes it a key. */
const STRING = /("[^"\\]*(?:\\.[^"\\]*)*")(\s*:)?/g
/** Of a key that stands in for another; made longer while the text has it somewhere. */
const MARK = '\ue000'

/**
 * As JSON.parse, also for keys with an escape: V8 takes such a key for the key of an earlier object where the raw text of
 * one begins like the other (nodejs/node#63785), so `{"a":1,"\\"":2}` reads back with the key `\\`. Escaped keys are read
 * one by one, and stand-ins without an escape take their places meanwhile. Throws SyntaxError, or RangeError beyond the
 * depth that the stack allows.
 */
export function parseExactJson(text: string, reviver?: Reviver): unknown {
  const value: unknown = JSON.parse(text, reviver)
  const { plain, keys } = withoutEscapes(text)
  return keys.size === 0 ? value : renamed(JSON.parse(plain, reviver), keys)
}

function withoutEscapes(text: string): { plain: string; keys: ReadonlyMap<string, string> } {
  const keys = new Map<string, string>()
  if (!text.includes('\\')) return { plain: text, keys }
  let mark = MARK
  while (text.includes(mark)) mark += MARK
  const plain = text.replaceAll(STRING, (token: string, quoted: string, colon: string | undefined) => {
    if (colon === undefined || !quoted.includes('\\')) return token
    const name = `${mark}${keys.size}`
    keys.set(name, JSON.parse(quoted) as string)
    return `"${name}"${colon}`
  })
  return { plain, keys }
}

function renamed(value: unknown, keys: ReadonlyMap<string, string>): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item) => renamed(item, keys))
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [keys.get(key) ?? key, renamed(item, keys)]))
}

/** For JSON.parse: half a surrogate pair has no UTF-8 and no canonical form, so nobody could sign it or write it back. */
export function onlyWellFormed(key: string, value: unknown): unknown {
  if (key.isWellFormed() && (typeof value !== 'string' || value.isWellFormed())) return value
  throw new TypeError('a string is half a surrogate pair')
}

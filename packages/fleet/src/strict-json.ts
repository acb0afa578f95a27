import { onlyWellFormed } from '@montana/foundation'
import { FleetError } from './errors.js'

/** Deeper than any document of ours; keeps every later walk over the value shallow. */
const MAX_DEPTH = 32
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]:,]|[^\s{}[\]:,"]+/g

/**
 * UTF-8 bytes → value, as `JSON.parse` reads it, but refusing what two readers could take differently: bad UTF-8, a byte
 * order mark, half a surrogate pair, a key with an escape or that occurs twice in one object, and nesting beyond 32. Throws DOC_TOO_LARGE or DOC_INVALID.
 */
export function parseStrictJson(bytes: Uint8Array, maxBytes: number): unknown {
  if (bytes.length > maxBytes) {
    throw new FleetError('DOC_TOO_LARGE', `the document has ${bytes.length} bytes, at most ${maxBytes} are read`)
  }
  const text = decode(bytes)
  const value = parse(text)
  refuseDuplicates(text)
  return value
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw new FleetError('DOC_INVALID', 'the document is not UTF-8', { cause })
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text, onlyWellFormed)
  } catch (cause) {
    throw new FleetError('DOC_INVALID', 'the document is not JSON', { cause })
  }
}

/** `text` is known to be JSON, so tokens are enough: a string before a colon is a key of the innermost object. */
function refuseDuplicates(text: string): void {
  const objects: Set<string>[] = []
  let lastToken = ''
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === '{' || token === '[') open(objects)
    else if (token === '}' || token === ']') objects.pop()
    else if (token === ':') addKey(objects.at(-1), lastToken)
    lastToken = token
  }
}

function open(objects: Set<string>[]): void {
  if (objects.length >= MAX_DEPTH) throw new FleetError('DOC_INVALID', `the document nests deeper than ${MAX_DEPTH}`)
  objects.push(new Set())
}

function addKey(keys: Set<string> | undefined, token: string): void {
  const key = String(JSON.parse(token))
  if (keys?.has(key)) throw new FleetError('DOC_INVALID', `the key ${token} occurs twice in one object`, { field: key })
  // V8 may read it as another key (nodejs/node#63785), and none of ours needs one.
  if (token.includes('\\')) throw new FleetError('DOC_INVALID', `the key ${token} has an escape`, { field: key })
  keys?.add(key)
}

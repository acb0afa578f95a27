import { parseAddress } from '@montana/crypto'
import { fromHex } from '@montana/foundation'
import { ReadError } from './errors.js'

const LIMIT_MAX = 200
const WINDOW = /^\d{1,15}$/
const HEX32 = /^[0-9a-f]{64}$/i
const CURSOR = /^[\w-]{1,128}$/
const SHOWN = 64

/** Refuses every parameter but these, and one that is given twice. Throws {@link ReadError}. */
export function checkQuery(query: URLSearchParams, allowed: readonly string[]): void {
  for (const name of query.keys()) {
    if (!allowed.includes(name)) throw usage(`the parameter '${shown(name)}' is not known`, remedyOf(allowed), name)
    if (query.getAll(name).length > 1) throw usage(`'${name}' is given twice`, 'give it once', name)
  }
}

function remedyOf(allowed: readonly string[]): string {
  return allowed.length === 0 ? 'ask without parameters' : `use ${allowed.join(', ')}`
}

/** 1 … 200. */
export function limitOf(query: URLSearchParams, otherwise: number): number {
  const text = query.get('limit') ?? String(otherwise)
  const limit = /^\d{1,3}$/.test(text) ? Number(text) : 0
  if (limit >= 1 && limit <= LIMIT_MAX) return limit
  throw usage('limit is not a number of entries', `use ?limit=N with N from 1 to ${LIMIT_MAX}`, 'limit')
}

export function windowOf(text: string): number {
  if (WINDOW.test(text)) return Number(text)
  throw usage(`'${shown(text)}' is not a window`, 'use its number', 'window')
}

/** 32 bytes from hex. */
export function idOf(text: string): Uint8Array {
  const id = HEX32.test(text) ? fromHex(text.toLowerCase()) : undefined
  if (id) return id
  throw usage(`'${shown(text)}' is no identity`, 'use 64 hex digits', 'id')
}

/** An account by its id or its address. */
export function accountOf(text: string): Uint8Array {
  return parseAddress(text.slice(0, SHOWN)) ?? idOf(text)
}

/** What a list goes on with; its kind keeps a cursor of one list out of another. */
export function cursorOf(kind: string, place: number | string): string {
  return Buffer.from(`${kind}:${place}`).toString('base64url')
}

/** The place of a cursor made by {@link cursorOf}; undefined where none was given. */
export function placeOf(query: URLSearchParams, kind: 'w' | 'n'): string | undefined {
  const text = query.get('cursor')
  if (text === null) return undefined
  const [, found, place = ''] = /^(\w):(\w+)$/.exec(decoded(text)) ?? []
  const isPlace = kind === 'w' ? WINDOW.test(place) : HEX32.test(place)
  if (found === kind && isPlace) return place
  throw usage('the cursor is not one of this list', 'leave it out, or take it from `next`', 'cursor')
}

function decoded(cursor: string): string {
  return CURSOR.test(cursor) ? Buffer.from(cursor, 'base64url').toString('latin1') : ''
}

/** The window that a cursor names. */
export function windowPlace(query: URLSearchParams): number | undefined {
  const place = placeOf(query, 'w')
  return place === undefined ? undefined : Number(place)
}

function usage(message: string, remedy: string, field: string): ReadError {
  return new ReadError(400, 'USAGE', message, { remedy, field: shown(field) })
}

function shown(text: string): string {
  return text.slice(0, SHOWN)
}

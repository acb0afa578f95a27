import { isDeepStrictEqual } from 'node:util'
import { errorMessage, parseExactJson } from '@montana/foundation'
import { JSON_DEPTH_MAX } from '../constants.js'
import { BreathError } from '../errors.js'

export type Json = null | boolean | number | string | readonly Json[] | JsonObject
export interface JsonObject {
  readonly [key: string]: Json
}

const MARKER = /^(?:<{7}|={7}|>{7})(?: |$)/m

/** Parses what a file says, or throws BreathError `JSON_INVALID` that names it; never an empty state instead. */
export function parseJson(text: string, where: string): Json {
  try {
    const value = parseExactJson(text, exactNumbers) as Json
    checkDepth(value, JSON_DEPTH_MAX)
    return value
  } catch (error) {
    const what = MARKER.test(text) ? 'it holds the markers of an unfinished merge' : errorMessage(error)
    throw invalidJson(where, what)
  }
}

/** UTF-8, or `JSON_INVALID`. */
export function decodeText(bytes: Uint8Array, where: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw invalidJson(where, 'it is not UTF-8')
  }
}

function invalidJson(where: string, what: string): BreathError {
  const remedy = 'write the whole file again, or take back the last good version with montana breathe resolve --drop'
  return new BreathError('JSON_INVALID', `${where} is not valid JSON: ${what}`, { field: where, remedy })
}

/** From here on a whole number is written with an exponent, and nobody takes its digits for exact. */
const EXPONENT_FROM = 1e21

/** Whole numbers beyond 2^53 would change on the way, and what is beyond all numbers would become null; minus zero has no JSON form of its own. */
function exactNumbers(_key: string, value: unknown): unknown {
  if (typeof value !== 'number') return value
  if (!Number.isFinite(value)) throw new RangeError('a number is too large; write it as a string')
  if (Number.isInteger(value) && !Number.isSafeInteger(value) && Math.abs(value) < EXPONENT_FROM) {
    throw new RangeError(`the number ${value} is not exact; write it as a string`)
  }
  return value === 0 ? 0 : value
}

function checkDepth(value: Json, left: number): void {
  if (typeof value !== 'object' || value === null) return
  if (left === 0) throw new RangeError(`it is nested deeper than ${JSON_DEPTH_MAX} levels`)
  for (const child of Object.values(value)) checkDepth(child, left - 1)
}

export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  return a === b || isDeepStrictEqual(a, b)
}

/** One line, keys sorted by code unit: for comparisons that every host must decide alike. */
export function compactJson(value: Json): string {
  return write(value, '', '')
}

/** The form of a synced file: sorted keys, two spaces, a newline at the end. Spec three-mirror 12.4. */
export function canonicalText(value: Json): string {
  return `${write(value, '  ', '')}\n`
}

function write(value: Json, step: string, indent: string): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value))
    return bracket(
      '[]',
      value.map((item) => write(item, step, indent + step)),
      step,
      indent,
    )
  const object = value as JsonObject
  const keys = Object.keys(object).sort(byCodeUnit)
  const colon = step === '' ? ':' : ': '
  const members = keys.map((key) => JSON.stringify(key) + colon + write(object[key] ?? null, step, indent + step))
  return bracket('{}', members, step, indent)
}

function bracket(pair: '[]' | '{}', parts: readonly string[], step: string, indent: string): string {
  const [open, close] = [pair.charAt(0), pair.charAt(1)]
  if (parts.length === 0) return pair
  if (step === '') return open + parts.join(',') + close
  const inner = `\n${indent}${step}`
  return `${open}${inner}${parts.join(`,${inner}`)}\n${indent}${close}`
}

export function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

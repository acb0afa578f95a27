import { sha256 } from '@montana/codec'
import { toHex } from '@montana/foundation'
import { Matching } from './matching.js'
import type { Value, Values } from './types.js'

export interface Difference {
  readonly path: string
  readonly expected: string
  readonly actual: string
}

/**
 * The first difference. Every expected member must have been computed; members beyond those do not matter. Where one
 * value is expected and several were computed, the member `value` is meant.
 */
export function findDifference(expected: unknown, actual: Value, path = ''): Difference | undefined {
  if (Array.isArray(expected)) return compareLists(expected, actual, path)
  if (typeof expected === 'object' && expected !== null) return compareMembers(expected, actual, path)
  const value = isValues(actual) && actual.value !== undefined ? actual.value : actual
  return sameScalar(expected, value) ? undefined : { path, expected: show(expected), actual: show(value) }
}

function compareLists(expected: readonly unknown[], actual: Value, path: string): Difference | undefined {
  if (!Array.isArray(actual) || actual.length !== expected.length) {
    return { path, expected: show(expected), actual: show(actual) }
  }
  for (const [i, entry] of expected.entries()) {
    const difference = findDifference(entry, actual[i] as Value, `${path}[${i}]`)
    if (difference) return difference
  }
  return undefined
}

function compareMembers(expected: object, actual: Value, path: string): Difference | undefined {
  for (const [name, value] of Object.entries(expected)) {
    const at = path === '' ? name : `${path}.${name}`
    const computed = isValues(actual) ? actual[name] : undefined
    if (computed === undefined) return { path: at, expected: show(value), actual: 'not computed' }
    const difference = findDifference(value, computed, at)
    if (difference) return difference
  }
  return undefined
}

export function isValues(value: Value): value is Values {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return !(value instanceof Uint8Array) && !(value instanceof Matching)
}

function sameScalar(expected: unknown, actual: Value): boolean {
  if (actual instanceof Matching) return actual.matches(expected)
  if (actual instanceof Uint8Array) return expected === toHex(actual) || isDigestOf(expected, actual)
  if (typeof actual === 'bigint' || typeof actual === 'number') return sameInteger(expected, actual)
  return expected === actual
}

/** Vectors give long byte strings by their SHA-256. */
function isDigestOf(expected: unknown, actual: Uint8Array): boolean {
  return actual.length > 32 && expected === toHex(sha256(actual))
}

function sameInteger(expected: unknown, actual: bigint | number): boolean {
  if (typeof expected === 'number') return Number.isSafeInteger(expected) && BigInt(expected) === BigInt(actual)
  return typeof expected === 'string' && /^(\d+|0x[0-9a-f]+)$/.test(expected) && BigInt(expected) === BigInt(actual)
}

/** Members a run computed beyond what was asked are left out, so that a report shows what matters. */
export function withoutMembers(expected: unknown, members: readonly string[]): unknown {
  if (typeof expected !== 'object' || expected === null || Array.isArray(expected)) return expected
  return Object.fromEntries(Object.entries(expected).filter(([name]) => !members.includes(name)))
}

export function isMember(value: unknown, name: string): boolean {
  return typeof value === 'object' && value !== null && name in value
}

const SHOWN_CHARACTERS = 96

/** One line, shortened in the middle. */
export function show(value: unknown): string {
  const text =
    value instanceof Uint8Array
      ? toHex(value)
      : typeof value === 'string'
        ? value
        : value instanceof Matching
          ? value.text
          : toJson(value)
  if (text.length <= SHOWN_CHARACTERS) return text
  const half = SHOWN_CHARACTERS / 2
  return `${text.slice(0, half)}…${text.slice(-half / 2)} (${text.length} characters)`
}

function toJson(value: unknown): string {
  const text = JSON.stringify(value, (_, member) => {
    if (member instanceof Uint8Array) return toHex(member)
    return typeof member === 'bigint' ? member.toString() : member
  })
  return text ?? String(value)
}

import { isDeepStrictEqual } from 'node:util'

/** What is wrong with a value that was written as JSON and read `again`, if anything. */
export function same(again: unknown, value: unknown): string | undefined {
  return isSame(again, value) ? undefined : 'what it writes is read as another'
}

/** JSON writes one zero for both of ours. */
export function isSame(a: unknown, b: unknown): boolean {
  return isDeepStrictEqual(withOneZero(a), withOneZero(b))
}

function withOneZero(value: unknown): unknown {
  if (value === 0) return 0
  if (Array.isArray(value)) return value.map(withOneZero)
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withOneZero(inner)]))
}

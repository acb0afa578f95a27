import { z } from 'zod'
import { COUNT_MAX, MINUTE_MS, MINUTES_MAX } from './constants.js'

/**
 * Values as text. The error text of a leaf says what the value must be, as a noun: whoever reports it makes the sentence.
 * A leaf that is known but not built says so itself: its text begins with {@link LATER}.
 */
export type Leaf<T> = z.ZodType<T, string>

export const LATER = 'is for a later release'

export function leaf<T>(what: string, read: (text: string) => T | undefined): Leaf<T> {
  return z.string().transform((text, context) => {
    const value = read(text.trim())
    if (value !== undefined) return value
    context.addIssue({ code: 'custom', message: what })
    return z.NEVER
  })
}

/** A value that the spec names and that nothing implements yet: refused, so that nobody relies on it. */
export function later<T>(inner: Leaf<T>, refuses: (value: T) => boolean, instead: string): Leaf<T> {
  return inner.transform((value, context) => {
    if (!refuses(value)) return value
    context.addIssue({ code: 'custom', message: `${LATER}; ${instead}` })
    return z.NEVER
  })
}

const BOOLEANS: Readonly<Record<string, boolean>> = {
  ...{ '1': true, true: true, yes: true, on: true },
  ...{ '0': false, false: false, no: false, off: false },
}

export const flag = leaf('one of 1, true, yes, on, 0, false, no, off', (text) =>
  Object.hasOwn(BOOLEANS, text.toLowerCase()) ? BOOLEANS[text.toLowerCase()] : undefined,
)

export function choice<const Values extends readonly string[]>(...values: Values): Leaf<Values[number]> {
  return leaf(`one of ${values.join(', ')}`, (text) => values.find((value) => value === text))
}

export function integer(what: string, min: number, max: number): Leaf<number> {
  return leaf(`a whole number${what} from ${min} to ${max}`, (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
    return value >= min && value <= max ? value : undefined
  })
}

export const count = integer('', 1, COUNT_MAX)

/** Minutes in the configuration, milliseconds in the program. */
export const minutes = (min: number) => integer(' of minutes', min, MINUTES_MAX).transform((value) => value * MINUTE_MS)

export function matching(what: string, pattern: RegExp): Leaf<string> {
  return leaf(what, (text) => (pattern.test(text) ? text : undefined))
}

/** Printable ASCII without blanks, as every token is; anything else would break out of a header or a prompt. */
export const token = matching('a token: printable characters without blanks', /^[\x21-\x7e]{1,4096}$/)

/** NUL and line ends can be in no path that a child process is told. */
export const path = matching('a path', /^[^\0\r\n]{1,4096}$/)

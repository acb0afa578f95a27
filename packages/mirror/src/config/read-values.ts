import type { z } from 'zod'
import { LATER } from './leaves.js'
import { type ConfigProblem, invalid } from './problem.js'
import { unknownKey, type Values } from './settings.js'
import { shown } from './shown.js'

export type ReadValues<T> =
  | { readonly isRead: true; readonly value: T; readonly problems: readonly [] }
  | { readonly isRead: false; readonly problems: readonly ConfigProblem[] }

/** Reads keys by their schema; `prefix` completes their names, `known` are those that a typing error may have meant. */
export function readValues<T>(
  schema: z.ZodType<T>,
  values: Values,
  prefix: string,
  known: readonly string[],
): ReadValues<T> {
  const result = schema.safeParse(values)
  if (result.success) return { isRead: true, value: result.data, problems: [] }
  const names = known.map((key) => `${prefix}${key}`)
  return { isRead: false, problems: result.error.issues.flatMap((issue) => problemsOf(issue, values, prefix, names)) }
}

/** The problem of one value, which is left out where it could be a secret. */
export function mustBe(key: string, value: string | undefined, what: string): ConfigProblem {
  if (value === undefined) return invalid(key, 'is missing', `write ${what}`)
  const isLater = what.startsWith(LATER)
  const fault = isLater ? LATER : `is not ${what}`
  const remedy = isLater ? what.slice(`${LATER}; `.length) : `write ${what}`
  return invalid(key, `${shown(key, value)}${fault}`, remedy)
}

function problemsOf(issue: z.core.$ZodIssue, values: Values, prefix: string, known: readonly string[]) {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(`${prefix}${key}`, known))
  const key = String(issue.path[0])
  return [mustBe(`${prefix}${key}`, values[key], issue.message)]
}

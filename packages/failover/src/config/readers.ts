import type { z } from 'zod'
import { HOSTS_MAX } from './constants.js'
import { KEY_SEPARATOR, NAME, NAME_TEXT } from './fields.js'
import type { ConfigProblem } from './problem.js'
import { suggestion } from './suggestion.js'

/** Takes one part of the file; `field` is its dotted path. */
export type Reader<T> = (raw: unknown, field: string) => Read<T>

export type Read<T> =
  | { readonly isRead: true; readonly value: T; readonly problems: readonly ConfigProblem[] }
  | { readonly isRead: false; readonly problems: readonly ConfigProblem[] }

export function value<T>(schema: z.ZodType<T>): Reader<T> {
  return (raw, field) => {
    const result = schema.safeParse(raw, { reportInput: true })
    if (result.success) return { isRead: true, value: result.data, problems: [] }
    return { isRead: false, problems: result.error.issues.flatMap((issue) => problemsOf(issue, field)) }
  }
}

/** Entries by name; one that cannot be read is left out and does not hide the others. */
export function recordOf<T>(what: string, schema: z.ZodType<T>): Reader<Readonly<Record<string, T>>> {
  const entry = value(schema)
  return (raw = {}, field) => {
    if (!isMap(raw)) return { isRead: false, problems: [mustBe(field, raw, `a map of ${what}`)] }
    const names = Object.keys(raw)
    const bad = names.filter((key) => !NAME.test(key)).map((key) => mustBe(`${field}.${key}`, key, NAME_TEXT))
    const many = names.length > HOSTS_MAX ? [mustBe(field, names.length, `at most ${HOSTS_MAX} ${what}`)] : []
    const reads = names.map((key) => [key, entry(raw[key], `${field}.${key}`)] as const)
    const values = reads.flatMap(([key, read]) => (read.isRead ? [[key, read.value] as const] : []))
    const problems = [...bad, ...many, ...reads.flatMap(([, read]) => read.problems)]
    return { isRead: true, value: Object.fromEntries(values), problems }
  }
}

export function listOf<T>(what: string, schema: z.ZodType<T>): Reader<readonly T[]> {
  const entry = value(schema)
  return (raw = [], field) => {
    if (!Array.isArray(raw)) return { isRead: false, problems: [mustBe(field, raw, `a list of ${what}`)] }
    if (raw.length > HOSTS_MAX) return { isRead: false, problems: [mustBe(field, raw.length, `at most ${HOSTS_MAX}`)] }
    const reads = raw.map((item, index) => entry(item, `${field}.${index}`))
    const values = reads.flatMap((read) => (read.isRead ? [read.value] : []))
    return { isRead: true, value: values, problems: reads.flatMap((read) => read.problems) }
  }
}

export function isMap(raw: unknown): raw is Readonly<Record<string, unknown>> {
  return typeof raw === 'object' && raw !== null && !Array.isArray(raw)
}

function problemsOf(issue: z.core.$ZodIssue, root: string): ConfigProblem[] {
  const field = [root, ...issue.path].join('.')
  if (issue.code === 'unrecognized_keys') return unknownKeys(field, issue.keys, issue.message.split(KEY_SEPARATOR))
  return [mustBe(field, issue.input, issue.message)]
}

function unknownKeys(field: string, keys: readonly string[], known: readonly string[]): ConfigProblem[] {
  return keys.map((key) => ({
    code: 'KEY_UNKNOWN',
    field: `${field}.${key}`,
    message: `'${key}' is not a setting of ${field}`,
    remedy: suggestion(key, known),
  }))
}

function mustBe(field: string, input: unknown, what: string): ConfigProblem {
  const message = input === undefined ? `${field} is missing` : `${field} ${shown(input)} is not ${what}`
  return { code: 'CONFIG_INVALID', field, message, remedy: `write ${what}` }
}

const SHOWN_LENGTH_MAX = 60

/** A URL is refused for its password; that must not stand in the refusal. */
const CREDENTIALS = /\/\/[^\s"]*@/g

function shown(input: unknown): string {
  const text = (typeof input === 'number' ? String(input) : (JSON.stringify(input) ?? String(input))).replaceAll(
    CREDENTIALS,
    '//…@',
  )
  return text.length > SHOWN_LENGTH_MAX ? `${text.slice(0, SHOWN_LENGTH_MAX)}…` : text
}

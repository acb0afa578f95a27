import { nearest } from '@montana/foundation'
import { readBoundedFile } from './bounded-file.js'
import { SLOT_MAX } from './constants.js'
import { parseEnv } from './env-text.js'
import { GLOBAL_KEYS } from './keys.js'
import { type ConfigProblem, invalid } from './problem.js'

export type Values = Readonly<Record<string, string | undefined>>

export interface ConfigSources {
  /** By key, such as `MIRROR_ENABLED`. */
  readonly flags?: Values
  readonly environment: Values
  /** Path of a `.env`; none there is the same as an empty one. */
  readonly envFile?: string
}

/** What was said, not yet read. A key that is set and empty counts as not given, but hides what stands further back. */
export interface Settings {
  readonly globals: Values
  /** By slot, keys without `MIRROR_<N>_`. */
  readonly slots: ReadonlyMap<number, Values>
  readonly problems: readonly ConfigProblem[]
}

const SLOT_KEY = /^MIRROR_(\d+)_(.+)$/

/** Flags, then environment, then file. Spec repository-mirror 3. */
export function collectSettings({ flags = {}, environment, envFile }: ConfigSources): Settings {
  const file = readEnvFile(envFile)
  const given = Object.entries({ ...file.values, ...ours(environment), ...ours(flags) })
  const entries = given.flatMap(([key, value]) => (value?.trim() ? [[key, value] as const] : []))
  const slots = new Map<number, Record<string, string>>()
  const globals: Record<string, string> = {}
  const problems = [...file.problems]
  for (const [key, value] of entries) {
    const [, number, name] = SLOT_KEY.exec(key) ?? []
    if (number === undefined || name === undefined) globals[key] = value
    else if (!isSlot(number)) problems.push(noSlot(key))
    else slots.set(Number(number), { ...slots.get(Number(number)), [name]: value })
  }
  return { globals, slots: new Map([...slots].sort(([a], [b]) => a - b)), problems }
}

/** The problem of a key that nothing knows, with the one that was probably meant. */
export function unknownKey(key: string, known: readonly string[]): ConfigProblem {
  const near = nearest(key, known)
  const remedy = near === undefined ? 'remove it' : `write ${near}, or remove it`
  return { code: 'CONFIG_UNKNOWN_KEY', field: key, message: `${key} is no key of the mirror`, remedy }
}

function isOurs(key: string): boolean {
  return key.startsWith('MIRROR_') || GLOBAL_KEYS.includes(key)
}

function ours(values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([key, value]) => value !== undefined && isOurs(key)))
}

function isSlot(number: string): boolean {
  return /^[1-9]\d?$/.test(number)
}

function noSlot(key: string): ConfigProblem {
  const message = `${key} names no slot`
  return { code: 'CONFIG_UNKNOWN_KEY', field: key, message, remedy: `number slots from 1 to ${SLOT_MAX}` }
}

interface EnvFile {
  readonly values: Values
  readonly problems: readonly ConfigProblem[]
}

const NO_FILE: EnvFile = { values: {}, problems: [] }

function readEnvFile(path: string | undefined): EnvFile {
  if (path === undefined) return NO_FILE
  const read = readBoundedFile(path)
  if (read.isRead) return fromText(read.text, path)
  if (read.code === 'ENOENT') return NO_FILE
  return { values: {}, problems: [invalid(path, `cannot be read (${read.code})`, 'make it readable, or remove it')] }
}

/** Lines of other programs are none of our business, however they look. */
function fromText(text: string, path: string): EnvFile {
  const values: Record<string, string> = {}
  const problems: ConfigProblem[] = []
  for (const piece of parseEnv(text)) {
    if (piece.key === null || !isOurs(piece.key)) continue
    if (piece.kind === 'entry') values[piece.key] = piece.value
    else problems.push(invalid(piece.key, `is no assignment in ${path}`, `write ${piece.key}=VALUE, quotes closed`))
  }
  return { values, problems }
}

import { type ParseArgsConfig, parseArgs } from 'node:util'
import { errorMessage, UsageError } from '@montana/foundation'

/** Of every program that runs a seeded schedule for some minutes. */
export const RUN_FLAGS = {
  minutes: { type: 'string', default: '5' },
  seed: { type: 'string', default: '1' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

const MINUTES_MAX = 24 * 60
const SEED_MAX = 2 ** 31 - 1

export interface RunOptions {
  readonly minutes: number
  readonly seed: number
  readonly json: boolean
  readonly help: boolean
}

/** Throws UsageError with the usage where a flag is unknown or has no value. */
export function parseFlags<const T extends NonNullable<ParseArgsConfig['options']>>(
  args: readonly string[],
  options: T,
  usageText: string,
) {
  try {
    return parseArgs({ args: [...args], options }).values
  } catch (error) {
    throw new UsageError(errorMessage(error), { field: 'flags', remedy: usageText })
  }
}

/** Throws UsageError. */
export function runOf(values: { minutes: string; seed: string; json: boolean; help: boolean }): RunOptions {
  const { minutes, json, help } = values
  return { minutes: wholeNumber('minutes', minutes, 1, MINUTES_MAX), seed: seedOf(values.seed), json, help }
}

/** Throws UsageError. */
export function seedOf(text: string): number {
  return wholeNumber('seed', text, 0, SEED_MAX)
}

/** Throws UsageError. */
export function wholeNumber(flag: string, text: string, min: number, max: number): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= min && value <= max) return value
  throw usage(flag, `'${text}' is not a whole number`, `give a number from ${min} to ${max}`)
}

export function usage(field: string, problem: string, remedy: string): UsageError {
  return new UsageError(`--${field} ${problem}`, { field, remedy })
}

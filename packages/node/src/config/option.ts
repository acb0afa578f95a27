import { ConfigError } from '@montana/foundation'

/** One setting, from which flag, environment variable, file key, help text and reference page are made. */
export interface OptionSpec<T> {
  /** camelCase key in the configuration file. */
  readonly key: string
  readonly flag: string
  readonly env: string
  /** Placeholder of the value in help texts; absent for a switch. */
  readonly value?: string
  readonly description: string
  readonly default: T
  /** Turns text (or a YAML scalar) into the value; returns a sentence when it cannot. */
  readonly parse: (text: string) => T | Fault
}

/** Why a value is not acceptable, and what would be. */
export class Fault {
  constructor(
    readonly reason: string,
    readonly remedy: string,
  ) {}
}

export type Origin = 'flag' | 'environment' | 'file' | 'default'

/** Parses one value; the error names key, origin, value, fault and remedy. */
export function parseOption<T>(spec: OptionSpec<T>, text: string, origin: Origin): T {
  const result = spec.parse(text)
  if (!(result instanceof Fault)) return result
  const name = { flag: spec.flag, environment: spec.env, file: spec.key, default: spec.key }[origin]
  throw new ConfigError(`${name} '${text}' ${result.reason}`, { field: spec.key, remedy: result.remedy })
}

export const text = (value: string): string | Fault =>
  value.length > 0 ? value : new Fault('is empty', 'give a value or leave the option out')

export const toggle = (value: string): boolean | Fault => {
  if (value === 'true' || value === 'false') return value === 'true'
  return new Fault('is neither true nor false', 'write true or false')
}

export function integer(min: number, max: number): (value: string) => number | Fault {
  return (value) => {
    const number = Number(value)
    if (/^\d+$/.test(value) && number >= min && number <= max) return number
    return new Fault(`is not a whole number from ${min} to ${max}`, `use a number from ${min} to ${max}`)
  }
}

export function oneOf<const T extends string>(...values: readonly T[]): (value: string) => T | Fault {
  return (value) => {
    const found = values.find((candidate) => candidate === value)
    return found ?? new Fault('is not known', `use one of ${values.join(', ')}`)
  }
}

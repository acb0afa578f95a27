import { readFileSync } from 'node:fs'
import { ConfigError, errorMessage } from '@montana/foundation'
import { parse as parseYaml } from 'yaml'
import { DRILLS_ENVIRONMENT } from '../drill/message.js'
import { OLD_BUILD_ENVIRONMENT } from '../drill/old-build.js'
import { type OptionSpec, type Origin, parseOption } from './option.js'

/** Names in the environment that begin with MONTANA_ but are no settings of a command. */
const OTHER_ENVIRONMENT = new Set([
  ...['EPOCH', 'MODE', 'POLICY', 'GROUP', 'HOST', 'REASON', 'EFFECTS'].map((name) => `MONTANA_${name}`),
  'MONTANA_CONFIG',
  'MONTANA_NATIVE',
  'MONTANA_LONG',
  'MONTANA_FAILPOINT',
  DRILLS_ENVIRONMENT,
  OLD_BUILD_ENVIRONMENT,
  'MONTANA_MANIFEST_SHA256',
])

export interface Layers {
  /** Flags as typed, by option key. */
  readonly flags: Readonly<Record<string, string | boolean | undefined>>
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Path of the configuration file, YAML or JSON. */
  readonly file: string | undefined
}

export interface Resolved<T> {
  readonly values: T
  readonly origins: Readonly<Record<keyof T, Origin>>
}

type SpecsOf<T> = { readonly [K in keyof T]-?: OptionSpec<T[K]> }

/** flags > environment > file > defaults, one rule for every setting: spec operations 15. Throws {@link ConfigError}. */
export function resolveOptions<T>(specs: SpecsOf<T>, layers: Layers): Resolved<T> {
  const all = Object.entries(specs) as [keyof T & string, OptionSpec<unknown>][]
  const file = layers.file === undefined ? {} : readConfigFile(layers.file, new Set(all.map(([key]) => key)))
  checkEnvironment(layers.environment, new Set(all.map(([, spec]) => spec.env)))
  const values: Record<string, unknown> = {}
  const origins: Record<string, Origin> = {}
  for (const [key, spec] of all) {
    const candidates = [
      ['flag', layers.flags[key]],
      ['environment', layers.environment[spec.env]],
      ['file', file[key]],
    ] as const
    const found = candidates.find(([, value]) => value !== undefined)
    origins[key] = found?.[0] ?? 'default'
    values[key] = found ? parseOption(spec, String(found[1]), found[0]) : spec.default
  }
  return { values: values as T, origins: origins as Record<keyof T, Origin> }
}

/** A misspelt variable would otherwise silently be no setting at all. */
function checkEnvironment(environment: Layers['environment'], known: ReadonlySet<string>): void {
  for (const name of Object.keys(environment)) {
    if (!name.startsWith('MONTANA_') || known.has(name) || OTHER_ENVIRONMENT.has(name)) continue
    const remedy = `unset it; known are ${[...known].sort().join(', ')}`
    throw new ConfigError(`environment variable ${name} is not a setting`, { field: name, remedy })
  }
}

function readConfigFile(path: string, known: ReadonlySet<string>): Record<string, unknown> {
  const content = parseConfigFile(path)
  for (const [key, value] of Object.entries(content)) {
    const field = { field: key, remedy: `remove it; known keys are ${[...known].sort().join(', ')}` }
    if (!known.has(key)) throw new ConfigError(`${path}: key '${key}' is not a setting`, field)
    if (typeof value === 'object' && !isListOfTexts(value)) {
      throw new ConfigError(`${path}: '${key}' must be a single value`, { field: key, remedy: 'write one value' })
    }
  }
  return content
}

/** `[a, b]` is another way to write `a,b`. */
function isListOfTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}

function parseConfigFile(path: string): Record<string, unknown> {
  const field = { field: 'config', remedy: 'correct the file, or name another with --config' }
  let content: unknown
  try {
    content = parseYaml(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new ConfigError(`cannot read configuration ${path}: ${errorMessage(error).split('\n')[0]}`, field)
  }
  if (content === null || content === undefined) return {}
  if (typeof content === 'object' && !Array.isArray(content)) return content as Record<string, unknown>
  throw new ConfigError(`${path} is not a map of settings`, field)
}

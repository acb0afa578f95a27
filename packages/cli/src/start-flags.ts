import {
  type Layers,
  type OptionSpec,
  type Resolved,
  resolveOptions,
  START_OPTIONS,
  type StartOptions,
} from '@montana/node/settings'
import { type Command, Option } from 'commander'
import type { CliContext, GlobalOptions } from './context.js'
import { settingText } from './setting-text.js'

/** Settings that are global options already. */
const GLOBAL_KEYS = new Set<keyof StartOptions>(['dataDir', 'logLevel'])

/** Adds one flag per start setting; the library owns names, defaults and help. */
export function addStartFlags(command: Command): Command {
  for (const [key, spec] of Object.entries(START_OPTIONS) as [keyof StartOptions, OptionSpec<unknown>][]) {
    if (GLOBAL_KEYS.has(key)) continue
    const flags = spec.value ? `${spec.flag} <${spec.value}>` : spec.flag
    const byDefault = settingText(spec.default)
    const suffix = spec.value && byDefault !== null ? ` (default ${byDefault})` : ''
    command.addOption(new Option(flags, spec.description + suffix))
  }
  return command
}

/** flags > environment > configuration file > defaults. */
export function resolveStartOptions(context: CliContext, command: Command): Resolved<StartOptions> {
  const flags = command.optsWithGlobals<GlobalOptions & Record<string, string | boolean | undefined>>()
  const layers: Layers = {
    flags,
    environment: context.environment,
    file: flags.config ?? context.environment.MONTANA_CONFIG,
  }
  return resolveOptions(START_OPTIONS, layers)
}

/** The data directory by the same precedence, for commands that need nothing else. */
export function dataDirOf(context: CliContext, command: Command): string {
  return resolveStartOptions(context, command).values.dataDir
}

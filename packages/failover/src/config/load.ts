import { dirname, resolve } from 'node:path'
import type { PeerRegistry } from '../channel/types.js'
import { bounds } from './bounds/bounds.js'
import { boundProblems } from './check/bounds.js'
import { draftProblems } from './check/draft.js'
import { keyProblems } from './check/hosts.js'
import { complete } from './complete.js'
import { type ConfigFile, readConfigFile } from './file.js'
import { type ConfigProblem, configError } from './problem.js'
import { type ReadDocument, readDocument } from './read.js'
import type { GroupConfig, Warning } from './types.js'
import { environmentWarnings } from './warn/environment.js'
import { groupWarnings, registryWarnings } from './warn/group.js'

export interface LoadOptions {
  /** Opens the signed registry that the file names; without it keys are not compared. */
  readonly openRegistry?: (path: string) => Promise<PeerRegistry>
  readonly environment?: Readonly<Record<string, string | undefined>>
}

export interface LoadedConfig {
  readonly config: GroupConfig
  readonly warnings: readonly Warning[]
}

/**
 * Reads and judges the configuration of a group: nothing is taken from a file that breaks a promise. Throws one
 * ConfigError (78) that lists every problem, `metadata.problems` has them as {@link ConfigProblem}; or what opening the
 * registry threw. Spec three-mirror 2.
 */
export async function loadGroupConfig(file: string, options: LoadOptions = {}): Promise<LoadedConfig> {
  const source = await readConfigFile(file)
  const read = readDocument(source.raw)
  const config = configOf(read, source, file)
  const [opened] = await Promise.allSettled([config && options.openRegistry?.(config.registry)])
  const registry = opened.status === 'fulfilled' ? opened.value : undefined
  const problems = [...read.problems, ...draftProblems(read), ...configProblems(config, registry)]
  if (config === undefined || problems.length > 0) throw configError(file, problems)
  if (opened.status === 'rejected') throw opened.reason
  return { config, warnings: warningsOf(config, registry, options.environment ?? {}) }
}

function warningsOf(
  config: GroupConfig,
  registry: PeerRegistry | undefined,
  environment: NonNullable<LoadOptions['environment']>,
): Warning[] {
  const registered = registry === undefined ? [] : registryWarnings(config, registry)
  return [...groupWarnings(config), ...registered, ...environmentWarnings(environment)]
}

function configOf({ document }: ReadDocument, { digest }: ConfigFile, file: string): GroupConfig | undefined {
  return document && complete(document, digest, dirname(resolve(file)))
}

/** Bounds are judged only once every number is the one that was meant. */
function configProblems(config: GroupConfig | undefined, registry: PeerRegistry | undefined): ConfigProblem[] {
  if (config === undefined) return []
  const keys = registry === undefined ? [] : keyProblems(Object.keys(config.hosts), registry)
  return [...keys, ...boundProblems(config, bounds(config))]
}

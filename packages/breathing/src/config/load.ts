import { readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { ConfigError, errorCode, errorMessage } from '@montana/foundation'
import { parse as parseYaml } from 'yaml'
import { type BreathingOptions, findProblems, type Problem, requireNone } from '../options.js'
import { readKeys } from './keys.js'
import { type BreathSettings, breathSchema } from './schema.js'

/** A configuration file of `montana breathe`, checked; paths are absolute. */
export interface BreathFile {
  readonly options: BreathingOptions
  /** Folder of `identity.bin`. */
  readonly identityDir: string
  /** Raw public keys (1952 bytes) by host; empty where a registry says them. */
  readonly keys: ReadonlyMap<string, Uint8Array>
  /** The signed list of the hosts, instead of keys in the file. */
  readonly registry: RegistrySource | null
}

export interface RegistrySource {
  readonly path: string
  readonly operators: string
  /** Keeps the highest version that was seen; of breathing alone. */
  readonly stateDir: string
}

const DEFAULT_STATE_DIR = '/var/lib/montana-breathing/registry'

/** Throws one ConfigError (exit 78) with all problems; `node` stands above what the file says. */
export async function loadBreathFile(path: string, node?: string): Promise<BreathFile> {
  const folder = dirname(resolve(path))
  const { settings, problems } = checkForm(await readYaml(path), path)
  if (settings === undefined) throw requireAll(problems)
  const { identityDir, keys: keyTexts, registry, operators, stateDir, ...given } = settings
  const options = optionsOf(given, folder, node ?? settings.node)
  const source = registrySource(settings, folder)
  const keys = source && !keyTexts ? NO_KEYS : await readKeys(keyTexts ?? {}, folder)
  const sourceProblems = source ? twoSources(keyTexts) : selfProblems(options.node, keys.keys)
  requireNone([...findProblems(options), ...keys.problems, ...sourceProblems])
  return { options, identityDir: resolve(folder, identityDir), keys: keys.keys, registry: source }
}

const NO_KEYS = { keys: new Map<string, Uint8Array>(), problems: [] }

function registrySource({ registry, operators, stateDir }: BreathSettings, folder: string): RegistrySource | null {
  if (registry === undefined) return null
  const path = resolve(folder, registry)
  return {
    path,
    operators: operators === undefined ? join(dirname(path), 'operators.json') : resolve(folder, operators),
    stateDir: resolve(folder, stateDir ?? DEFAULT_STATE_DIR),
  }
}

function twoSources(keys: BreathSettings['keys']): Problem[] {
  if (keys === undefined) return []
  return [{ field: 'keys', message: 'stands beside registry', remedy: 'keep one of the two; the registry is signed' }]
}

async function readYaml(path: string): Promise<unknown> {
  try {
    return parseYaml(await readFile(path, 'utf8'))
  } catch (error) {
    const why = errorCode(error) === 'ENOENT' ? 'is not there' : `cannot be read: ${errorMessage(error)}`
    const remedy = 'name a YAML file with repo, node, identityDir and keys'
    throw new ConfigError(`--config ${path} ${why}`, { field: 'config', remedy })
  }
}

/** The settings may stand at the top or below `breathing:`. */
function checkForm(document: unknown, path: string): { settings?: BreathSettings; problems: Problem[] } {
  const body = (document as { breathing?: unknown } | null)?.breathing ?? document
  const result = breathSchema.safeParse(body)
  if (result.success) return { settings: result.data, problems: [] }
  const problems = result.error.issues.map((issue) => {
    const field = [...issue.path, ...('keys' in issue ? [issue.keys.join(', ')] : [])].join('.') || path
    return { field, message: issue.message, remedy: 'see docs: repo, remote, node, syncPaths, identityDir, keys' }
  })
  return { problems }
}

function requireAll(problems: readonly Problem[]): Error {
  try {
    requireNone(problems)
  } catch (error) {
    return error as Error
  }
  return new ConfigError('the configuration is empty')
}

function optionsOf(
  { repo, remote, ...rest }: Omit<BreathSettings, 'identityDir' | 'keys' | 'registry' | 'operators' | 'stateDir'>,
  folder: string,
  node: string | undefined,
): BreathingOptions {
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined))
  const isPath = remote !== undefined && /^\.{0,2}\//.test(remote)
  return {
    ...given,
    ...(remote !== undefined && { remote: isPath ? resolve(folder, remote) : remote }),
    node: node ?? '',
    repo: resolve(folder, repo),
  }
}

function selfProblems(node: string, keys: ReadonlyMap<string, Uint8Array>): Problem[] {
  if (node === '' || keys.has(node)) return []
  const remedy = 'add its key, or give the name of this host with --node'
  return [{ field: 'keys', message: `has no key for this host, ${node}`, remedy, code: 'SELF_UNKNOWN' }]
}

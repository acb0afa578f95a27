import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
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
  /** Raw public keys (1952 bytes) by host. */
  readonly keys: ReadonlyMap<string, Uint8Array>
}

/** Throws one ConfigError (exit 78) with all problems; `node` stands above what the file says. */
export async function loadBreathFile(path: string, node?: string): Promise<BreathFile> {
  const folder = dirname(resolve(path))
  const { settings, problems } = checkForm(await readYaml(path), path)
  if (settings === undefined) throw requireAll(problems)
  const { identityDir, keys: keyTexts, ...given } = settings
  const options = optionsOf(given, folder, node ?? settings.node)
  const keys = await readKeys(keyTexts, folder)
  requireNone([...findProblems(options), ...keys.problems, ...selfProblems(options.node, keys.keys)])
  return { options, identityDir: resolve(folder, identityDir), keys: keys.keys }
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
  { repo, remote, ...rest }: Omit<BreathSettings, 'identityDir' | 'keys'>,
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

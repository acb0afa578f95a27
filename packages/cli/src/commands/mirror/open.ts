import { readFileSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { UsageError } from '@montana/foundation'
import type { Manifest, Mirror, MirrorAlert, MirrorConfig, OpenMirrorInit, TargetConfig } from '@montana/mirror'
import type { Command } from 'commander'
import type { CliContext, GlobalOptions } from '../../context.js'

export interface MirrorFlags extends GlobalOptions {
  source?: string
  env?: string
}

/** Of the repository that is mirrored, and of the tool's own files. */
export interface MirrorPlace {
  readonly config: MirrorConfig
  readonly source: string
  readonly dataFolder: string
  readonly envFile: string
  /** Environment over `.env`: values of secrets and variables by name. */
  readonly values: ReadonlyMap<string, string>
}

export function addMirrorFlags(command: Command): Command {
  return command
    .option('--source <dir>', 'the repository that is mirrored (default: where the command runs)')
    .option('--env <file>', 'file with MIRROR_* keys (default: .env of the source)')
}

/** Reads the configuration; contacts nobody. Throws ConfigError (78) with every wrong key. */
export async function readPlace(context: CliContext, flags: MirrorFlags): Promise<MirrorPlace> {
  const { defaultDataFolder, environmentValues, loadMirrorConfig } = await import('@montana/mirror/hooks')
  const source = flags.source ?? process.cwd()
  const envFile = flags.env ?? join(source, '.env')
  const config = loadMirrorConfig({ environment: context.environment, envFile })
  const dataFolder = flags.dataDir ?? defaultDataFolder(source)
  return { config, source, dataFolder, envFile, values: environmentValues(context.environment, envFile) }
}

export async function readManifest({ config, source }: MirrorPlace): Promise<Manifest> {
  const { loadManifest } = await import('@montana/mirror')
  return loadManifest(inSource(source, config.manifestFile))
}

export type OpenRest = Partial<Pick<OpenMirrorInit, 'actor' | 'isPrimaryOptional'>>

/** The primary with its queue, targets and fence. Alerts go to stderr. */
export async function openPlace(context: CliContext, place: MirrorPlace, rest: OpenRest = {}): Promise<Mirror> {
  const { githubProvider, openMirror, primaryTarget } = await import('@montana/mirror')
  const { config, source, dataFolder, envFile, values } = place
  const target = primaryTarget(config, context.environment.GITHUB_API_URL)
  const manifest = await readManifest(place)
  const primary = target === null ? null : githubProvider(target, {})
  const alert = ({ mirror, code, message, remedy }: MirrorAlert) => {
    context.err(`${mirror}: ${code}: ${message}${remedy === null ? '' : `; ${remedy}`}`)
  }
  return await openMirror(
    { config, manifest, source, dataFolder, envFile, values, primary, actor: 'primary', alert, ...rest },
    context.signal,
  )
}

export function inSource(source: string, path: string): string {
  return isAbsolute(path) ? path : join(source, path)
}

/** Null where there is no such file. */
export function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}

/** Throws UsageError (2) that names the targets there are. */
export function requireTarget({ config }: MirrorPlace, id: string): TargetConfig {
  const found = config.targets.find(({ name }) => name === id)
  if (found) return found
  const names = config.targets.map(({ name }) => name).join(', ')
  throw new UsageError(`there is no target ${id}`, {
    field: 'id',
    remedy: `choose from ${names || 'none: add one first'}`,
  })
}

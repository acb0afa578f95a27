import { ConfigError } from '@montana/foundation'
import type { GithubTarget, MirrorConfig, ScriptAnswer } from '@montana/mirror'
import type { CliContext } from '../../context.js'
import { type MirrorFlags, type MirrorPlace, readPlace } from './open.js'

type Names = Readonly<Record<string, string | undefined>>

/** A verb of the sentinel's script on this host: what the script is handed in a workflow comes from the configuration here. */
export async function runHere(
  context: CliContext,
  verb: 'guard' | 'recover' | 'watch',
  flags: MirrorFlags,
): Promise<ScriptAnswer> {
  const { runVerb } = await import('@montana/mirror')
  const place = await readPlace(context, flags)
  const environment = environmentOf(verb, place)
  if (!environment.GITHUB_REPOSITORY?.trim()) throw nameless(verb)
  return await runVerb({ verb, environment, source: place.source }, context.signal)
}

/** In the words of the configuration: what a workflow is handed by Actions is never set by hand. */
function nameless(verb: 'guard' | 'recover' | 'watch'): ConfigError {
  if (verb === 'watch') {
    const remedy = 'set MIRROR_<N>_REPO of a replica that can be promoted'
    return new ConfigError('no replica is configured from which to watch', { field: 'MIRROR_1_REPO', remedy })
  }
  const remedy = 'set MASTER_REPO to owner/name of this repository'
  return new ConfigError('MASTER_REPO is missing: the fence knows a primary by it', { field: 'MASTER_REPO', remedy })
}

/** One object on stdout, or lines for people; the exit code is that of the verb. */
export function show(context: CliContext, { exitCode, result, lines }: ScriptAnswer, flags: MirrorFlags): void {
  if (flags.json) context.json(result)
  else if (lines.length === 0) context.out(wordsOf(result))
  else for (const line of lines) context.out(line)
  context.exit(exitCode)
}

function wordsOf(result: ScriptAnswer['result']): string {
  return Object.entries(result)
    .map(([name, value]) => `${name} ${value ?? '-'}`)
    .join(', ')
}

/** Names of spec repository-mirror 3.4; what is set by itself wins. */
function environmentOf(verb: 'guard' | 'recover' | 'watch', { config, values }: MirrorPlace): Names {
  return { ...(verb === 'watch' ? ofReplica(config) : ofPrimary(config)), ...Object.fromEntries(values) }
}

function ofPrimary(config: MirrorConfig): Names {
  const fence = fenceOf(config)
  return {
    GITHUB_REPOSITORY: nameOf(config.primaryRepository),
    MIRROR_SENTINEL_TOKEN: config.primaryToken ?? undefined,
    MIRROR_FENCE_REPO: nameOf(fence?.repository ?? null),
    MIRROR_FENCE_TOKEN: fence?.credential.kind === 'token' ? fence.credential.value : undefined,
  }
}

/** Never the token of the slot itself: the sentinel has one of its own. Spec repository-mirror 3.2. */
function ofReplica(config: MirrorConfig): Names {
  const fence = fenceOf(config)
  return {
    GITHUB_REPOSITORY: nameOf(fence?.repository ?? null),
    MIRROR_SENTINEL_TOKEN: fence?.sentinelToken ?? undefined,
  }
}

function fenceOf({ targets, fenceSlot }: MirrorConfig): GithubTarget | null {
  const found = targets.find(({ slot }) => slot === fenceSlot)
  return found?.type === 'github' ? found : null
}

function nameOf(repository: MirrorConfig['primaryRepository']): string | undefined {
  return repository === null ? undefined : `${repository.owner}/${repository.name}`
}

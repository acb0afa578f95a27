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
  return await runVerb({ verb, environment: environmentOf(verb, place), source: place.source }, context.signal)
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

import { ConfigError } from '@montana/foundation'
import type { GithubProvider, Installed, InstallItem } from '@montana/mirror'
import { Command } from 'commander'
import type { CliContext } from '../../context.js'
import { addMirrorFlags, type MirrorFlags, type MirrorPlace, readPlace } from './open.js'
import { sentinelFiles, writeFiles } from './sentinel-files.js'

interface InstallFlags extends MirrorFlags {
  dryRun?: boolean
}

export function sentinelInstallCommand(context: CliContext): Command {
  const command = new Command('install')
    .description(
      'write the workflow of the sentinel and its script, and set on every repository what guards and sentinel are handed',
    )
    .option('--dry-run', 'say what would be set, and set nothing')
  return addMirrorFlags(command).action(async (_, self: Command) => {
    const flags = self.optsWithGlobals<InstallFlags>()
    const place = await readPlace(context, flags)
    const { missing, sides } = await plan(context, place)
    if (missing.length > 0) throw lacking(missing)
    if (!flags.dryRun) await writeSentinel(place)
    const done = flags.dryRun ? sides.map(intended) : await installAll(context, sides)
    if (flags.json) context.json({ dryRun: flags.dryRun === true, repositories: done })
    else
      for (const { repository, items } of done)
        for (const { kind, name, outcome } of items) context.out(`${repository}  ${kind} ${name}  ${outcome}`)
  })
}

/** Into the source, from where a commit takes them to every side. */
async function writeSentinel({ config, source }: MirrorPlace): Promise<void> {
  const fence = config.targets.find(({ slot }) => slot === config.fenceSlot)
  if (fence?.type === 'github') writeFiles(source, await sentinelFiles(fence.repository))
}

/** With a new target: what can be set is set at once, else the line says what is missing. Null where all is done. */
export async function installWhereWhole(context: CliContext, place: MirrorPlace): Promise<string | null> {
  const { missing, sides } = await plan(context, place)
  if (missing.length > 0)
    return `guards and sentinel are handed nothing yet: ${lacking(missing).remedy} (${missing.join(', ')}), then run \`montana mirror sentinel install\``
  await installAll(context, sides)
  return null
}

interface InstallSide {
  readonly repository: string
  readonly provider: GithubProvider
  readonly items: readonly InstallItem[]
}

interface Shown {
  readonly repository: string
  readonly items: readonly (Pick<Installed, 'kind' | 'name'> & { readonly outcome: Installed['outcome'] | 'wanted' })[]
}

async function plan(context: CliContext, { config, values }: MirrorPlace) {
  const { githubProvider, installPlan, primaryTarget } = await import('@montana/mirror')
  const { primary, replicas, missing } = installPlan(config, values)
  const apiUrl = context.environment.GITHUB_API_URL ?? values.get('GITHUB_API_URL')
  const own = primaryTarget(config, apiUrl)
  const targets = config.targets.flatMap((target) => (target.type === 'github' ? [target] : []))
  const all = [...(own === null ? [] : [{ target: own, items: primary }])]
  for (const target of targets) all.push({ target, items: replicas.get(target.name) ?? [] })
  const sides = all.map(({ target, items }): InstallSide => {
    const { owner, name } = target.repository
    return { repository: `${owner}/${name}`, provider: githubProvider(target, {}), items }
  })
  return { missing: own === null ? ['MASTER_REPO', ...missing] : missing, sides }
}

async function installAll(context: CliContext, sides: readonly InstallSide[]): Promise<Shown[]> {
  const { install } = await import('@montana/mirror')
  const done: Shown[] = []
  for (const { repository, provider, items } of sides)
    done.push({ repository, items: await install(provider, items, context.signal) })
  return done
}

/** Names only: never a value of a secret. */
function intended({ repository, items }: InstallSide): Shown {
  return { repository, items: items.map(({ kind, name }) => ({ kind, name, outcome: 'wanted' })) }
}

function lacking(keys: readonly string[]): ConfigError {
  return new ConfigError(`nothing is set, because ${keys.join(', ')} ${keys.length === 1 ? 'is' : 'are'} missing`, {
    ...(keys[0] !== undefined && { field: keys[0] }),
    remedy:
      'write them into .env; MIRROR_FENCE_TOKEN may write the contents of the fence and nothing else, MIRROR_<N>_SENTINEL_TOKEN is what the sentinel of that replica uses',
  })
}

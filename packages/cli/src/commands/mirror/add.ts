import { readFileSync } from 'node:fs'
import { ConfigError, UsageError } from '@montana/foundation'
import type { MirrorConfig, PermissionCheck, TargetConfig } from '@montana/mirror'
import { Command } from 'commander'
import type { CliContext } from '../../context.js'
import { addMirrorFlags, type MirrorFlags, type MirrorPlace, readPlace } from './open.js'
import { installWhereWhole } from './sentinel-install.js'

interface AddFlags extends MirrorFlags {
  repo?: string
  url?: string
  apiUrl?: string
  name?: string
  slot?: string
  tokenFile?: string
  tokenStdin?: boolean
  sshKey?: string
  knownHosts?: string
}

const SLOT_MAX = 99
const TOKEN_BYTES_MAX = 4_096

/** Tests first, then saves: a target that cannot be written to never stands in the configuration. Spec repository-mirror 12. */
export function addCommand(context: CliContext): Command {
  const command = new Command('add')
    .description('test a new target, then save it in .env')
    .option('--repo <owner/name>', 'a repository on GitHub, on another account')
    .option('--url <url>', 'or a git remote, as an archive of code only')
    .option('--api-url <url>', 'of an Enterprise Server: https://HOST/api/v3')
    .option('--name <name>', 'what it is called (default: mirror-<slot>)')
    .option('--slot <n>', '1 to 99 (default: the lowest that is free)')
    .option('--token-file <file>', 'file that holds the token; 0600')
    .option('--token-stdin', 'the token comes on stdin and is kept in a file of its own, 0600')
    .option('--ssh-key <file>', 'private key for an ssh url; 0600')
    .option('--known-hosts <file>', 'its pinned host keys')
  return addMirrorFlags(command).action(async (_, self: Command) => {
    const flags = self.optsWithGlobals<AddFlags>()
    const place = await readPlace(context, flags)
    const slot = slotOf(flags.slot, place.config.targets)
    const keys = keysOf(slot, flags)
    const { config, target, saved } = await saveWhole(context, flags, place, slot, keys)
    const lacks = target.type === 'github' ? await installWhereWhole(context, { ...place, config }) : null
    if (lacks !== null) context.err(lacks)
    if (flags.json) context.json({ id: target.name, slot, keys: saved })
    else
      context.out(
        `${target.name} is saved in slot ${slot}; bring it in step with \`montana mirror sync ${target.name}\``,
      )
  })
}

interface Saved {
  readonly config: MirrorConfig
  readonly target: TargetConfig
  /** Names of keys. */
  readonly saved: readonly string[]
}

/** A token that came on stdin is kept only where the target is: whatever fails on the way takes it back. */
async function saveWhole(
  context: CliContext,
  flags: AddFlags,
  place: MirrorPlace,
  slot: number,
  keys: Readonly<Record<string, string>>,
): Promise<Saved> {
  if (!flags.tokenStdin) return await save(context, flags, place, slot, keys)
  const { removeCredential, storeCredential } = await import('@montana/mirror')
  const name = `slot-${slot}`
  const stored = await storeCredential(place.dataFolder, name, tokenFrom())
  try {
    return await save(context, flags, place, slot, { ...keys, [`MIRROR_${slot}_TOKEN_FILE`]: stored })
  } catch (error) {
    await removeCredential(place.dataFolder, name)
    throw error
  }
}

async function save(
  context: CliContext,
  flags: AddFlags,
  { envFile }: MirrorPlace,
  slot: number,
  keys: Readonly<Record<string, string>>,
): Promise<Saved> {
  const { loadMirrorConfig, setKeys } = await import('@montana/mirror')
  const config = loadMirrorConfig({ environment: context.environment, envFile, flags: keys })
  const target = config.targets.find((each) => each.slot === slot)
  if (target === undefined) throw new ConfigError('the new slot is incomplete', { field: `MIRROR_${slot}_TYPE` })
  requireWhole(await testTarget(context, flags, target))
  await setKeys(envFile, keys)
  return { config, target, saved: Object.keys(keys) }
}

function requireWhole(missing: readonly PermissionCheck[]): void {
  if (missing.length === 0) return
  throw new ConfigError(`the target is not saved: it lacks ${missing.map(({ name }) => name).join(', ')}`, {
    code: 'TARGET_FORBIDDEN',
    remedy: missing.map(({ remedy }) => remedy ?? '').join(' ') || 'grant what is missing',
  })
}

async function testTarget(context: CliContext, flags: AddFlags, target: TargetConfig): Promise<PermissionCheck[]> {
  const { reach } = await import('@montana/mirror')
  const missing: PermissionCheck[] = []
  for await (const check of reach(target, {}).provider.test(context.signal)) {
    if (!flags.json) context.err(`${check.granted === true ? 'yes' : `${check.granted}`}  ${check.name}`)
    if (check.granted === false && !check.needed.includes('optional')) missing.push(check)
  }
  return missing
}

function slotOf(given: string | undefined, targets: readonly TargetConfig[]): number {
  const taken = new Set(targets.map(({ slot }) => slot))
  const free = Array.from({ length: SLOT_MAX }, (_, at) => at + 1).find((slot) => !taken.has(slot))
  const slot = given === undefined ? free : Number(given)
  if (slot !== undefined && Number.isInteger(slot) && slot >= 1 && slot <= SLOT_MAX && !taken.has(slot)) return slot
  throw new UsageError(`slot ${given ?? ''} cannot be taken`, {
    field: 'slot',
    remedy: 'give a number from 1 to 99 that is free',
  })
}

function keysOf(slot: number, flags: AddFlags): Record<string, string> {
  if ((flags.repo === undefined) === (flags.url === undefined)) {
    throw new UsageError('a target is a repository on GitHub or a git remote', {
      field: 'repo',
      remedy: 'give either --repo or --url',
    })
  }
  const given = {
    TYPE: flags.repo === undefined ? 'git' : 'github',
    REPO: flags.repo,
    URL: flags.url,
    API_URL: flags.apiUrl,
    NAME: flags.name,
    TOKEN_FILE: flags.tokenFile,
    SSH_KEY_PATH: flags.sshKey,
    SSH_KNOWN_HOSTS: flags.knownHosts,
  }
  const entries = Object.entries(given).flatMap(([key, value]) =>
    value === undefined ? [] : [[`MIRROR_${slot}_${key}`, value]],
  )
  return Object.fromEntries(entries) as Record<string, string>
}

/** Never on the command line, where every user of the host could read it. */
function tokenFrom(): string {
  const token = readFileSync(0).subarray(0, TOKEN_BYTES_MAX).toString('utf8').trim()
  if (token !== '') return token
  throw new UsageError('no token came on stdin', { field: 'token-stdin', remedy: 'pipe it in, or give --token-file' })
}

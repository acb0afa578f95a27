import type { BreathFile, Breathing, BreathModules, RegistrySource } from '@montana/breathing'
import { bytesEqual, ConfigError, makeDirectory, silentLogger, UsageError } from '@montana/foundation'
import type { Command } from 'commander'
import type { CliContext, GlobalOptions } from '../../context.js'

export interface BreatheFlags extends GlobalOptions {
  node?: string
}

export function addBreatheFlags(command: Command): Command {
  return command.option('--node <name>', 'name of this host (default: MONTANA_NODE_NAME, else node in the file)')
}

/** The breathing that `--config` describes. Throws UsageError or ConfigError. */
export async function openBreathing(
  context: CliContext,
  flags: BreatheFlags,
  modules: Partial<BreathModules> = {},
): Promise<Breathing> {
  if (flags.config === undefined) {
    throw new UsageError('no configuration is named', { field: 'config', remedy: 'give --config breathe.yaml' })
  }
  // Only who breathes pays for its packages.
  const { createBreathing, loadBreathFile } = await import('@montana/breathing')
  const node = flags.node ?? context.environment.MONTANA_NODE_NAME?.toLowerCase()
  const file = await loadBreathFile(flags.config, node)
  return createBreathing(file.options, { ...(await modulesOf(file)), ...modules })
}

async function modulesOf({ identityDir, keys, registry, options }: BreathFile): Promise<BreathModules> {
  const [{ selectPqBackend }, { loadIdentity }] = await Promise.all([
    import('@montana/crypto'),
    import('@montana/node/settings'),
  ])
  const backend = await selectPqBackend()
  const signer = await backend.importSigner((await loadIdentity(identityDir)).seeds.node)
  const verify = backend.verify.bind(backend)
  const known = registry ? await followRegistry(registry, verify) : listed(keys)
  requireOwnKey(options.node, known.keysOf(options.node), signer.publicKey)
  return { signer, verifier: { ...known, verify } }
}

type KnownHosts = Pick<BreathModules['verifier'], 'hosts' | 'keysOf'>

function listed(keys: ReadonlyMap<string, Uint8Array>): KnownHosts {
  return { hosts: () => [...keys.keys()], keysOf: (host) => [keys.get(host)].filter((key) => key !== undefined) }
}

/** The keys as the registry has them at each call, through its changes. */
async function followRegistry(
  source: RegistrySource,
  verify: BreathModules['verifier']['verify'],
): Promise<KnownHosts> {
  const { validKeys, watchRegistry } = await import('@montana/fleet')
  await makeDirectory(source.stateDir, STATE_MODE)
  const options = { path: source.path, operatorsPath: source.operators, stateDir: source.stateDir }
  const watch = await watchRegistry(options, { verify, logger: silentLogger })
  return { hosts: () => watch.current().hosts.map(({ name }) => name), keysOf: validKeys(watch) }
}

const STATE_MODE = 0o700

function requireOwnKey(node: string, listed: readonly Uint8Array[], own: Uint8Array): void {
  if (listed.some((key) => bytesEqual(key, own))) return
  throw new ConfigError(`the identity in identityDir is not that of ${node}`, {
    code: 'SELF_KEY_FOREIGN',
    field: 'identityDir',
    remedy: 'name the folder of this host’s identity.bin, or correct the key of this host in keys or registry',
  })
}

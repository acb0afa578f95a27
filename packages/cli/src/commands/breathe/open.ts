import type { BreathFile, Breathing, BreathModules } from '@montana/breathing'
import { bytesEqual, ConfigError, UsageError } from '@montana/foundation'
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

async function modulesOf({ identityDir, keys, options }: BreathFile): Promise<BreathModules> {
  const [{ selectPqBackend }, { loadIdentity }] = await Promise.all([
    import('@montana/crypto'),
    import('@montana/node/settings'),
  ])
  const backend = await selectPqBackend()
  const signer = await backend.importSigner((await loadIdentity(identityDir)).seeds.node)
  requireOwnKey(options.node, keys.get(options.node), signer.publicKey)
  return {
    signer,
    verifier: {
      hosts: () => [...keys.keys()],
      keysOf: (host) => [keys.get(host)].filter((key) => key !== undefined),
      verify: (signature, message, publicKey) => backend.verify(signature, message, publicKey),
    },
  }
}

function requireOwnKey(node: string, listed: Uint8Array | undefined, own: Uint8Array): void {
  if (listed !== undefined && bytesEqual(listed, own)) return
  throw new ConfigError(`the identity in identityDir is not that of ${node}`, {
    code: 'SELF_KEY_FOREIGN',
    field: 'identityDir',
    remedy: 'name the folder of this host’s identity.bin, or correct the key of this host in keys',
  })
}

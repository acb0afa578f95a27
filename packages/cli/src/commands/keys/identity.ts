import { randomBytes } from 'node:crypto'
import { chmod, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { encodeIdentity, identityFromMasterSeed, MASTER_SEED_BYTES } from '@montana/crypto'
import { addressOfPublicKey, hostKeyText } from '@montana/fleet'
import { ConfigError, errorCode } from '@montana/foundation'
import { Command } from 'commander'
import type { CliContext, GlobalOptions } from '../../context.js'
import { PUBLIC_MODE, SECRET_MODE, writeNewFile } from './new-file.js'

const FOLDER_MODE = 0o700

/** No recovery words: an identity that is lost is replaced, and the operators register the new one. */
export function identityCommand(context: CliContext): Command {
  return new Command('identity')
    .description('make the identity of this host or witness, for the node channel; it has no recovery words')
    .requiredOption('--out <DIR>', 'the new folder (mode 0700) for identity.bin (0600) and identity.pub.json')
    .action(async (_: unknown, self: Command) => {
      const { out, json } = self.optsWithGlobals<GlobalOptions & { out: string }>()
      await makeFolder(out)
      const publicKey = await makeIdentity(out)
      const publicFile = join(out, 'identity.pub.json')
      const address = addressOfPublicKey(publicKey)
      if (json) return context.json({ folder: out, publicFile, address })
      context.out(`${out}: identity with address ${address}; its secret never leaves this host`)
      context.out(`${publicFile}: for the operators, montana registry add --key`)
    })
}

async function makeIdentity(folder: string): Promise<Uint8Array> {
  const masterSeed = new Uint8Array(randomBytes(MASTER_SEED_BYTES))
  const identity = await identityFromMasterSeed(masterSeed)
  await writeNewFile(join(folder, 'identity.bin'), await encodeIdentity(identity), SECRET_MODE)
  masterSeed.fill(0)
  await writeNewFile(join(folder, 'identity.pub.json'), hostKeyText(identity.publicKeys.node), PUBLIC_MODE)
  return identity.publicKeys.node
}

/** An empty folder that exists is taken, and closed to others. */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: FOLDER_MODE })
    await chmod(folder, FOLDER_MODE)
  } catch (cause) {
    const remedy = 'name a folder that you may make'
    throw new ConfigError(`${folder} cannot be made (${errorCode(cause)})`, { code: 'FILE_WRITE', remedy, cause })
  }
}

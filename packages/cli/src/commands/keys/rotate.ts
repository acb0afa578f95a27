import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { openIdentity } from '@montana/crypto'
import { MAX_OVERLAP_MS, readHostKey, rotationBytes } from '@montana/fleet'
import { ConfigError, errorMessage, formatTime, isClosedToOthers, UsageError } from '@montana/foundation'
import { Command } from 'commander'
import type { CliContext, GlobalOptions } from '../../context.js'
import { withBackend } from '../document/draft-file.js'
import { PUBLIC_MODE, writeNewFile } from './new-file.js'

interface Flags extends GlobalOptions {
  network: string
  host: string
  identity: string
  key: string
  hours: string
  out: string
}

const HOUR_MS = 3_600_000
const MAX_HOURS = MAX_OVERLAP_MS / HOUR_MS

/** Spec three-mirror 11.3: the old key signs for the new one, and stays good for at most seven days. */
export function rotateCommand(context: CliContext): Command {
  return new Command('rotate')
    .description('let the present key of this host sign for its successor; both count for a while')
    .requiredOption('--identity <DIR>', 'the present identity of this host')
    .requiredOption('--key <FILE>', 'identity.pub.json of the new one')
    .requiredOption('--host <NAME>', 'this host')
    .requiredOption('--network <NAME>', 'the network of the registry')
    .requiredOption('--out <FILE>', 'the new file, for montana registry add --previous')
    .option('--hours <N>', `how long the present key stays good, at most ${MAX_HOURS}`, '24')
    .action(async (_: unknown, self: Command) => {
      const flags = self.optsWithGlobals<Flags>()
      const previous = await signedRotation(flags)
      await writeNewFile(flags.out, `${JSON.stringify(previous, null, 2)}\n`, PUBLIC_MODE)
      const facts = { file: flags.out, host: flags.host, validUntil: previous.valid_until }
      if (flags.json) return context.json(facts)
      context.out(`${flags.out}: the present key of ${flags.host} is good until ${previous.valid_until}`)
    })
}

async function signedRotation({ network, host, identity, key, hours }: Flags) {
  const { seeds, publicKeys } = await readIdentity(identity)
  const facts = {
    public_key: Buffer.from(publicKeys.node).toString('base64'),
    valid_until: formatTime(Date.now() + hoursToMs(hours)),
  }
  const successor = Buffer.from(await readHostKey(key)).toString('base64')
  const entry = { name: host, key_type: 'ml-dsa-65', public_key: successor } as const
  const message = rotationBytes(network, entry, facts)
  const signature = await withBackend(async (backend) => (await backend.importSigner(seeds.node)).sign(message))
  return { key_type: 'ml-dsa-65', ...facts, signature: Buffer.from(signature).toString('base64') } as const
}

async function readIdentity(folder: string) {
  const path = join(folder, 'identity.bin')
  const found = await stat(path).catch((cause: unknown) => {
    throw new ConfigError(`identity ${path}: ${errorMessage(cause)}`, { code: 'IDENTITY_INVALID', field: 'identity' })
  })
  if (isClosedToOthers(path, found)) return await openIdentity(new Uint8Array(await readFile(path)))
  const remedy = `chmod 600 ${path}`
  throw new ConfigError(`identity ${path} is open to others`, { code: 'IDENTITY_INVALID', field: 'identity', remedy })
}

function hoursToMs(text: string): number {
  const hours = Number(text)
  if (/^\d+$/.test(text) && hours >= 1 && hours <= MAX_HOURS) return hours * HOUR_MS
  throw new UsageError(`--hours '${text}' is not a whole number from 1 to ${MAX_HOURS}`, { field: 'hours' })
}

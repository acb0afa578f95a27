import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { createJoinRequest } from '@montana/fleet'
import { ConfigError, errorMessage, UsageError } from '@montana/foundation'
import { loadIdentity } from '@montana/node/settings'
import { Command, Option } from 'commander'
import type { CliContext, GlobalOptions } from '../context.js'
import { dataDirOf } from '../start-flags.js'
import { daysToMs } from './document/draft-file.js'
import { PUBLIC_MODE, writeNewFile } from './keys/new-file.js'

interface Flags extends GlobalOptions {
  network?: string
  operatorsNetwork?: string
  label: string
  address: string
  out?: string
  token?: string
  replaces?: string
  hybrid?: boolean
  days: string
}

const MAX_DAYS = 31

/** Spec operations 9.4. Nothing is sent: how the file reaches the operators is theirs to say. */
export function joinCommand(context: CliContext): Command {
  return new Command('join')
    .description('write a join request, signed by the node key, for the operators of a network')
    .option('--network <NAME>', 'the network of operators.json')
    .addOption(new Option('--operators-network <NAME>', 'another name of --network').hideHelp())
    .requiredOption('--label <NAME>', 'what this node is to be called')
    .requiredOption('--address <MULTIADDR>', 'where the others dial it, for example /ip4/203.0.113.7/tcp/8444')
    .option('--out <FILE>', 'the new file (default: join-request.json in the data directory)')
    .option('--token <FILE>', 'a one-off token that the operators handed out')
    .option('--replaces <DIR>', 'the data directory whose identity this one replaces; both keys sign for the change')
    .option('--hybrid', 'ask the others to speak nothing but the hybrid profile with this node')
    .option('--days <N>', 'how long the request is good', '7')
    .action(async (_: unknown, self: Command) => {
      const flags = self.optsWithGlobals<Flags>()
      const dataDir = dataDirOf(context, self)
      const out = resolve(flags.out ?? join(dataDir, 'join-request.json'))
      const identity = await loadIdentity(dataDir)
      await writeNewFile(out, await createJoinRequest(await initOf(identity, flags)), PUBLIC_MODE)
      const facts = { file: out, network: networkOf(flags), label: flags.label, address: flags.address }
      if (flags.json) return context.json({ ...facts, peerId: identity.peerId })
      context.out(`${out}: join request of ${flags.label} (${identity.peerId})`)
      context.out('send it to the operators: montana manifest add FILE --manifest manifest.json, then sign')
      context.out(
        'until their next manifest names this node, a closed mesh answers it PEER_NOT_ALLOWED; start it again, or wait, after the manifest sync',
      )
    })
}

async function initOf(identity: Awaited<ReturnType<typeof loadIdentity>>, flags: Flags) {
  const { label, address, token, replaces, hybrid, days } = flags
  return {
    identity,
    network: networkOf(flags),
    label,
    address,
    notAfter: new Date(Date.now() + daysToMs(days, 'days', MAX_DAYS)),
    ...(hybrid && { security: 'hybrid' as const }),
    ...(token !== undefined && { token: await readToken(token) }),
    ...(replaces !== undefined && { replaces: await loadIdentity(replaces) }),
  }
}

function networkOf({ network, operatorsNetwork }: Flags): string {
  const name = network ?? operatorsNetwork
  if (name !== undefined) return name
  throw new UsageError('--network is missing', { field: 'network', remedy: 'name the network of operators.json' })
}

async function readToken(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new ConfigError(`token ${path} cannot be read: ${errorMessage(cause)}`, { field: 'token', cause })
  })
  return text.trim()
}

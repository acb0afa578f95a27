import { randomBytes } from 'node:crypto'
import { deriveIdentity, entropyToMnemonic, type Identity, mnemonicToEntropy } from '@montana/crypto'
import { ConfigError, errorMessage, fromHex, makeDirectory, toHex, UsageError } from '@montana/foundation'
import { saveIdentity } from '@montana/node/settings'
import { Command } from 'commander'
import type { CliContext, GlobalOptions } from '../context.js'
import { dataDirOf } from '../start-flags.js'
import { labelled } from '../table.js'

interface InitOptions {
  mnemonic?: string
  mnemonicStdin?: boolean
  entropy?: string
  insecureArgv?: boolean
  mnemonicOut?: string
  force?: boolean
}

const ENTROPY_BYTES = 32

export function initCommand(context: CliContext): Command {
  return new Command('init')
    .description('make the identity of a node, or restore it from its 24 words')
    .option('--mnemonic-stdin', 'read the 24 words from standard input')
    .option('--mnemonic-out <file>', 'write the words of a new identity to this new file (mode 0600)')
    .option('--mnemonic <words>', 'the 24 words; visible to every user of the host, needs --insecure-argv')
    .option('--entropy <hex>', '32 bytes as 64 hex digits; visible to every user of the host, needs --insecure-argv')
    .option('--insecure-argv', 'accept secrets on the command line; meant for tests')
    .option('--force', 'replace an existing identity; the old file is kept beside it')
    .action(async (options: InitOptions, self: Command) => {
      checkOptions(options)
      const dataDir = dataDirOf(context, self)
      const given = await readEntropy(options)
      const entropy = given ?? new Uint8Array(randomBytes(ENTROPY_BYTES))
      const identity = await deriveIdentity(entropy)
      await makeDataDir(dataDir)
      const discard = given ? undefined : await giveOut(await entropyToMnemonic(entropy), options.mnemonicOut)
      const backup = await saveIdentity(dataDir, identity, options.force).catch(async (error: unknown) => {
        await discard?.()
        throw error
      })
      report(context, identity, { dataDir, backup, json: self.optsWithGlobals<GlobalOptions>().json === true })
    })
}

/** Loaded here only: who restores an identity gives out no words. */
async function giveOut(words: string, file: string | undefined): Promise<() => Promise<void>> {
  const { writeWords } = await import('@montana/operator')
  return await writeWords(words, file)
}

function checkOptions(options: InitOptions): void {
  const sources = [options.mnemonic, options.mnemonicStdin, options.entropy].filter((source) => source !== undefined)
  if (sources.length > 1) {
    throw new UsageError('more than one of --mnemonic, --mnemonic-stdin and --entropy', { remedy: 'give one of them' })
  }
  const inArgv = options.mnemonic !== undefined ? '--mnemonic' : options.entropy !== undefined ? '--entropy' : undefined
  if (inArgv && !options.insecureArgv) {
    throw new UsageError(`${inArgv} puts a secret on the command line, where every user of the host can read it`, {
      field: inArgv.slice(2),
      remedy: 'use --mnemonic-stdin, or add --insecure-argv for a test',
    })
  }
}

async function readEntropy(options: InitOptions): Promise<Uint8Array | undefined> {
  if (options.entropy !== undefined) {
    const entropy = fromHex(options.entropy, ENTROPY_BYTES)
    if (entropy) return entropy
    throw new ConfigError('--entropy is not 64 hex digits', { field: 'entropy', remedy: 'give 32 bytes in hex' })
  }
  if (options.mnemonicStdin) return await mnemonicToEntropy(await readStdin())
  return options.mnemonic === undefined ? undefined : await mnemonicToEntropy(options.mnemonic)
}

async function readStdin(): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

async function makeDataDir(dataDir: string): Promise<void> {
  await makeDirectory(dataDir, 0o750).catch((error: unknown) => {
    throw new ConfigError(`data directory ${dataDir} cannot be made: ${errorMessage(error)}`, {
      field: 'dataDir',
      remedy: 'name a directory that you may write with --data-dir',
    })
  })
}

function report(
  context: CliContext,
  identity: Identity,
  { dataDir, backup, json }: { dataDir: string; backup: string | undefined; json: boolean },
): void {
  const facts = {
    dataDir,
    accountId: toHex(identity.accountId),
    nodeId: toHex(identity.nodeId),
    address: identity.address,
    peerId: identity.peerId,
    fingerprint: toHex(identity.fingerprint),
    ...(backup && { backup }),
  }
  if (json) return context.json(facts)
  for (const [label, value] of Object.entries(facts)) context.out(labelled(label, value))
}

import { constants } from 'node:fs'
import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Identity } from '@montana/crypto'
import { ConfigError, makeDirectory, toHex } from '@montana/foundation'
import { formatGenesisJson, type GenesisDocument } from '@montana/ledger'
import { IDENTITY_FILE, liftSilence, saveIdentity } from '@montana/node'
import { LABELS, type Label, operatorIdentity } from './cohort.js'

/** What stands in `synthetic.json`; written last, so that a folder that has it is complete. */
export interface SyntheticFacts {
  readonly schema: 'montana.synthetic/1'
  readonly accounts: number
  readonly seed: string
  /** The window with which the accounts appeared. */
  readonly window: number
  readonly head: number
  readonly genesisHash: string
  readonly proposalHash: string
  readonly stateRoot: string
  readonly operators: readonly Label[]
}

const FACTS = 'synthetic.json'
const STORE = 'store.db'
const DIRECTORY_MODE = 0o750

/** Where things are in the folder of one synthetic network. */
export const pathsOf = (out: string) => ({
  genesis: join(out, 'genesis.json'),
  facts: join(out, FACTS),
  /** A data directory without an identity. */
  state: join(out, 'state'),
  operator: (label: Label) => join(out, 'operators', label),
})

/** Makes `out`; refuses one that holds anything. */
export async function prepareFolder(out: string): Promise<void> {
  await makeDirectory(out)
  if ((await readdir(out)).length === 0) return
  throw new ConfigError(`${out} is not empty`, { field: 'out', remedy: 'name an empty or new directory with --out' })
}

export async function writeNetwork(out: string, document: GenesisDocument, seed: string): Promise<void> {
  const paths = pathsOf(out)
  await writeFile(paths.genesis, formatGenesisJson(document))
  for (const label of LABELS) {
    const dir = paths.operator(label)
    await makeDirectory(dir, DIRECTORY_MODE)
    await saveIdentity(dir, await operatorIdentity(seed, label))
  }
}

export async function writeFacts(out: string, facts: SyntheticFacts): Promise<void> {
  await writeFile(pathsOf(out).facts, `${JSON.stringify(facts, null, 2)}\n`)
}

/** Throws ENOENT for a folder that is not complete. */
export async function readFacts(out: string): Promise<SyntheticFacts> {
  return JSON.parse(await readFile(pathsOf(out).facts, 'utf8')) as SyntheticFacts
}

/**
 * Makes `dataDir` a data directory of one operator over a copy of the store. It may sign at once: nobody has signed
 * anything above the head of this network.
 */
export async function placeOperator(out: string, label: Label, dataDir: string): Promise<void> {
  const paths = pathsOf(out)
  await makeDirectory(dataDir, DIRECTORY_MODE)
  await copyFile(join(paths.state, STORE), join(dataDir, STORE), constants.COPYFILE_FICLONE)
  await copyFile(join(paths.operator(label), IDENTITY_FILE), join(dataDir, IDENTITY_FILE))
  liftSilence(dataDir)
}

/** One entry of a discovery manifest: who listens where. */
export interface Listener {
  readonly label: string
  readonly identity: Identity
  /** For example `/ip4/127.0.0.1/tcp/4001`. */
  readonly listen: string
}

/** The discovery manifest (spec protocol 4.6) of nodes at these addresses; `north` must be among them. */
export function manifestJson(networkName: string, listeners: readonly Listener[]): string {
  const peers = listeners.map(({ label, identity, listen }) => ({
    label,
    multiaddr: listen,
    peer_id: identity.peerId,
    account_id_hex: toHex(identity.accountId),
    node_id_hex: toHex(identity.nodeId),
    bootstrap: label === LABELS[0],
  }))
  return `${JSON.stringify({ network_name: networkName, peers }, null, 2)}\n`
}

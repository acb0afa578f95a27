import { createHash, randomInt } from 'node:crypto'
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { dirname, join } from 'node:path'
import { deriveIdentity, type Identity } from '@montana/crypto'
import { ConfigError, errorCode, errorMessage, makeDirectory, toHex } from '@montana/foundation'
import { type DevnetRules, devnetGenesis, formatGenesisJson, type GenesisDocument, genesisHash } from '@montana/ledger'
import { IDENTITY_FILE, loadGenesis, loadIdentity, saveIdentity } from '@montana/node'
import { LOCK_FILE, openStore } from '@montana/store'
import { COHORT, LABELS, LATE, type Label } from './labels.js'

export interface DevnetNodeFiles {
  readonly label: string
  readonly dataDir: string
  readonly identity: Identity
  readonly listen: string
}

export interface DevnetFiles {
  readonly genesisPath: string
  readonly manifestPath: string
  readonly genesisHash: Uint8Array
  readonly nodes: readonly DevnetNodeFiles[]
  /** The node that joins later, if one does. */
  readonly late: DevnetNodeFiles | undefined
}

export interface DevnetInit {
  readonly reset: boolean
  readonly d0: number | undefined
  readonly rules: DevnetRules
  readonly join: { readonly label: string } | undefined
}

interface ManifestMember {
  readonly label: string
  readonly identity: Identity
  readonly listen: string
}

/** The health records and what stands beside them. */
const SOAK_FILES = /^(?:soak\b|report$|segments\.json$|torn-\d+\.txt$)/
const MARKER = 'devnet.json'
/** Of a node that joins; a name that is no path. */
const LABEL = /^[a-z][a-z0-9-]{0,31}$/

/** Makes the directory if it is missing; refuses one that holds anything but a devnet. */
export async function openDevnetRoot(root: string): Promise<void> {
  await makeRoot(root)
  await checkOurs(root)
}

/**
 * Makes, or finds again, everything that four nodes need on disk, and a place in the manifest for one that joins later.
 * The caller holds the lock. Throws {@link ConfigError}.
 */
export async function prepareDevnet(
  root: string,
  { reset, d0, rules, join: joining }: DevnetInit,
): Promise<DevnetFiles> {
  if (reset) await clearDevnet(root)
  const identities = await Promise.all(LABELS.map((label) => devnetIdentity(root, label)))
  const document = devnetDocument(identities, d0, rules)
  const genesisPath = join(root, 'genesis.json')
  await checkSameNetwork(root, genesisPath, document)
  await writeMarker(root, joining)
  await writeFile(genesisPath, formatGenesisJson(document))
  const [latePort, ...ports] = await freePorts(LABELS.length + 1)
  const nodes = LABELS.map((label, index) => nodeFiles(root, label, identities[index], ports[index]))
  const late = await lateMember(root, joining?.label ?? LATE, latePort)
  const manifestPath = join(root, 'manifest.json')
  await writeFile(manifestPath, `${JSON.stringify(manifestOf(document, [...nodes, late]), null, 2)}\n`)
  return { genesisPath, manifestPath, genesisHash: genesisHash(document), nodes, late: joining && late }
}

/**
 * Nothing of it is on disk before it starts: a folder with an identity would be taken for a node without its store. The
 * identity follows from the label.
 */
async function lateMember(root: string, label: string, port: number | undefined): Promise<DevnetNodeFiles> {
  const identity = await deriveIdentity(entropyOf(label))
  return { label, dataDir: join(root, label), identity, listen: listenOn(port) }
}

/** Writes down the identity of a node that joins now. */
export async function admitLate({ dataDir, label }: DevnetNodeFiles): Promise<void> {
  await devnetIdentity(dirname(dataDir), label)
}

/** Also names those that joined in earlier runs: a reset removes them too. */
async function writeMarker(root: string, joining: DevnetInit['join']): Promise<void> {
  const labels = [...new Set([...LABELS, ...(await markedLabels(root)), ...(joining ? [joining.label] : [])])]
  await writeFile(join(root, MARKER), `${JSON.stringify({ schema: 'montana.devnet/1', labels })}\n`)
}

async function markedLabels(root: string): Promise<string[]> {
  try {
    const { labels } = JSON.parse(await readFile(join(root, MARKER), 'utf8')) as { labels?: unknown }
    const names = Array.isArray(labels) ? labels.filter((label) => typeof label === 'string') : []
    return names.filter((label) => LABEL.test(label))
  } catch {
    return []
  }
}

function nodeFiles(
  root: string,
  label: Label,
  identity: Identity | undefined,
  port: number | undefined,
): DevnetNodeFiles {
  if (!identity) throw new RangeError(`no identity for ${label}`)
  return { label, dataDir: join(root, label), identity, listen: listenOn(port) }
}

function listenOn(port: number | undefined): string {
  if (port === undefined) throw new RangeError('no port')
  return `/ip4/127.0.0.1/tcp/${port}`
}

async function makeRoot(root: string): Promise<void> {
  await makeDirectory(root).catch((error: unknown) => {
    throw new ConfigError(`data directory ${root} cannot be made: ${errorMessage(error)}`, {
      field: 'data-dir',
      remedy: 'name a directory that you may write with --data-dir',
    })
  })
}

/** The highest window that any node has stored; 0 for a new devnet. */
export function storedHead(files: DevnetFiles): number {
  return Math.max(...files.nodes.map(({ dataDir }) => headIn(dataDir)))
}

function headIn(dataDir: string): number {
  try {
    const store = openStore({ dir: dataDir, mode: 'read' })
    try {
      return store.head()?.window ?? 0
    } finally {
      store.close()
    }
  } catch (error) {
    if (errorCode(error) === 'NO_STORE') return 0
    throw error
  }
}

/** Removes a devnet and nothing else: a directory that is not one is left alone. */
async function clearDevnet(root: string): Promise<void> {
  for (const name of [...LABELS, ...(await markedLabels(root)), MARKER, 'genesis.json', 'manifest.json']) {
    await rm(join(root, name), { recursive: true, force: true })
  }
  for (const name of await readdir(root)) {
    if (SOAK_FILES.test(name)) await rm(join(root, name), { recursive: true, force: true })
  }
}

async function checkOurs(root: string): Promise<void> {
  const entries = (await readdir(root)).filter((name) => !name.startsWith(LOCK_FILE))
  if (entries.length === 0 || entries.includes(MARKER)) return
  throw new ConfigError(`${root} is not empty and not a devnet`, {
    field: 'data-dir',
    remedy: 'name an empty or new directory with --data-dir',
  })
}

/** Public test identities, for devnets only: spec protocol 4.5. Derived once, then read back. */
async function devnetIdentity(root: string, label: string): Promise<Identity> {
  const dataDir = join(root, label)
  const exists = await stat(join(dataDir, IDENTITY_FILE)).catch(() => undefined)
  if (exists) return await loadIdentity(dataDir)
  await makeDirectory(dataDir, 0o750)
  const identity = await deriveIdentity(entropyOf(label))
  await saveIdentity(dataDir, identity)
  return identity
}

function entropyOf(label: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(`montana-devnet/${label}`).digest())
}

function devnetDocument(identities: readonly Identity[], d0: number | undefined, rules: DevnetRules): GenesisDocument {
  const operators = COHORT.map((label, index) => {
    const keys = identities[index]?.publicKeys
    if (!keys) throw new RangeError(`no identity for ${label}`)
    return { label, nodePublicKey: keys.node, accountPublicKey: keys.account }
  })
  const document = devnetGenesis(operators, rules)
  return d0 === undefined ? document : { ...document, params: { ...document.params, d0 } }
}

async function checkSameNetwork(root: string, genesisPath: string, document: GenesisDocument): Promise<void> {
  const exists = await stat(genesisPath).catch(() => undefined)
  if (!exists) return
  const stored = toHex(genesisHash(await loadGenesis(genesisPath)))
  const ours = toHex(genesisHash(document))
  if (stored === ours) return
  throw new ConfigError(`${root} holds another devnet (genesis ${stored}, this build makes ${ours})`, {
    code: 'STORE_GENESIS_MISMATCH',
    field: 'data-dir',
    remedy: 'begin anew with --reset, or name another directory with --data-dir',
  })
}

/** Addresses are new at every start; they are in the manifest and hashed into nothing. */
function manifestOf(document: GenesisDocument, nodes: readonly ManifestMember[]) {
  const peers = nodes.map(({ label, identity, listen }) => ({
    label,
    multiaddr: listen,
    peer_id: identity.peerId,
    account_id_hex: toHex(identity.accountId),
    node_id_hex: toHex(identity.nodeId),
    bootstrap: label === COHORT[0],
  }))
  return { network_name: document.networkName, peers }
}

/**
 * Below the range that Linux takes from for whoever names no port, so that nothing gets one of these by chance before its
 * node listens there.
 */
const PORTS = { first: 16_384, last: 32_767 } as const
const PORT_ATTEMPTS = 1_000

/** Ports that were free a moment ago, all different because all are held while they are collected. */
async function freePorts(count: number): Promise<number[]> {
  const servers: Server[] = []
  try {
    for (let attempt = 0; servers.length < count && attempt < PORT_ATTEMPTS; attempt++) {
      const server = await listenAt(randomInt(PORTS.first, PORTS.last + 1))
      if (server) servers.push(server)
    }
    if (servers.length < count) throw noPorts()
    return servers.map((server) => (server.address() as { port: number }).port)
  } finally {
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  }
}

/** Undefined where somebody listens already. */
function listenAt(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(undefined))
    server.listen({ host: '127.0.0.1', port }, () => resolve(server))
  })
}

function noPorts(): ConfigError {
  return new ConfigError(`no free ports between ${PORTS.first} and ${PORTS.last}`, {
    field: 'listen',
    remedy: 'end what listens on 127.0.0.1',
  })
}

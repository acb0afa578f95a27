import { join } from 'node:path'
import type { Identity } from '@montana/crypto'
import { bytesEqual, ConfigError, errorCode, toHex } from '@montana/foundation'
import { decodeGenesisDocument, type GenesisDocument, genesisHash } from '@montana/ledger'
import { checkedListenAddress, type Manifest, manifestMembers } from '@montana/network'
import { openStore } from '@montana/store'
import { checkManifestSecurity } from './config/manifest-security.js'
import { checkSecurity } from './config/security.js'
import type { StartOptions } from './config/start-options.js'
import { loadGenesis } from './genesis-file.js'
import { loadIdentity } from './identity-file.js'
import { inspectManifest } from './manifest/open.js'
import type { ManifestSettings } from './manifest/types.js'
import { checkDataDir, checkPortFree } from './preflight.js'

/** In the data directory: the manifest in force of this node. */
const MANIFEST_DIR = 'manifest'

export interface NetworkSettings {
  readonly listen: string
  readonly manifest: Manifest
  /** Where it comes from. */
  readonly source: ManifestSettings
}

/** Everything a node needs to know before it writes its first byte; making it has proven every setting. */
export interface Prepared {
  readonly options: StartOptions
  readonly identity: Identity
  readonly document: GenesisDocument
  readonly genesisHash: Uint8Array
  readonly network: NetworkSettings | undefined
  readonly label: string
}

/** Reads and checks all settings; throws {@link ConfigError} and has written nothing. */
export async function prepareNode(options: StartOptions): Promise<Prepared> {
  checkSecurity(options.transportSecurity, options.transportRequireHybrid)
  await checkDataDir(options.dataDir)
  const identity = await loadIdentity(options.dataDir)
  const document = await findGenesis(options)
  checkRules(document)
  const network = await readNetwork(options, document)
  await checkPortFree(options.statusListen.host, options.statusListen.port, 'statusListen', '--status-listen')
  const label = options.label ?? labelOf(identity, document, network?.manifest)
  return { options, identity, document, genesisHash: genesisHash(document), network, label }
}

/** The store's own document once there is one; a different --genesis beside it is refused. */
async function findGenesis({ dataDir, genesis }: StartOptions): Promise<GenesisDocument> {
  const stored = readStoredGenesis(dataDir)
  const given = genesis === undefined ? undefined : await loadGenesis(genesis)
  const field = 'genesis'
  if (!stored && !given) {
    const remedy = 'name the genesis document of the network with --genesis FILE'
    throw new ConfigError(`${dataDir} has no chain yet and no genesis was given`, { field, remedy })
  }
  if (stored && given && !bytesEqual(genesisHash(stored), genesisHash(given))) {
    const [ours, theirs] = [toHex(genesisHash(stored)), toHex(genesisHash(given))]
    const message = `${dataDir} holds network ${ours}, ${genesis} is network ${theirs}`
    const remedy = 'leave --genesis out, or begin anew (devnet: --reset; node: another --data-dir)'
    throw new ConfigError(message, { code: 'STORE_GENESIS_MISMATCH', field, remedy })
  }
  return (stored ?? given) as GenesisDocument
}

function readStoredGenesis(dataDir: string): GenesisDocument | undefined {
  try {
    const store = openStore({ dir: dataDir, mode: 'read' })
    try {
      const bytes = store.genesisDocument()
      return bytes && decodeGenesisDocument(bytes)
    } finally {
      store.close()
    }
  } catch (error) {
    if (errorCode(error) === 'NO_STORE') return undefined
    throw error
  }
}

/** A network without operators is begun by a registration in window 1: spec protocol 4.4, not built. */
function checkRules(document: GenesisDocument): void {
  if (document.operators.length > 0) return
  const remedy = 'use a genesis with at least one operator'
  const message = 'genesis: operators (empty cohort) is not supported by this build'
  throw new ConfigError(message, { code: 'RULE_UNSUPPORTED', field: 'operators', remedy })
}

async function readNetwork(options: StartOptions, document: GenesisDocument): Promise<NetworkSettings | undefined> {
  const { listen, genesisManifest, solo, operators } = options
  if (solo && (listen ?? genesisManifest)) {
    throw new ConfigError('solo and a network were both asked for', { field: 'solo', remedy: 'leave one of them out' })
  }
  if (solo) return undefined
  if (listen === undefined || genesisManifest === undefined) {
    const missing = listen === undefined ? 'listen' : 'genesisManifest'
    const remedy = 'give --listen and --genesis-manifest together, or --solo to run without a network'
    throw new ConfigError(`${missing} is not set`, { field: missing, remedy })
  }
  const source: ManifestSettings = {
    path: genesisManifest,
    operatorsPath: operators,
    stateDir: join(options.dataDir, MANIFEST_DIR),
    genesis: document,
    admit: (manifest) => checkManifestSecurity(options.transportSecurity, manifest),
  }
  const { manifest } = await inspectManifest(source)
  const { host, port } = checkedListenAddress(listen)
  await checkPortFree(host, port, 'listen', '--listen')
  return { listen, manifest, source }
}

function labelOf(identity: Identity, document: GenesisDocument, manifest: Manifest | undefined): string {
  const entry = manifest && manifestMembers(manifest).find(({ peerId }) => peerId === identity.peerId)
  const operator = document.operators.find((one) => bytesEqual(one.nodePublicKey, identity.publicKeys.node))
  return entry?.label ?? operator?.label ?? identity.peerId.slice(-8)
}

import { readFile } from 'node:fs/promises'
import { ConfigError, errorCode, errorMessage, MontanaError, toHex } from '@montana/foundation'
import { accountIdOf, type GenesisDocument, nodeIdOf, parseGenesisJson } from '@montana/ledger'
import { type Manifest, manifestMembers, parseManifest } from '@montana/network'

/** Reads and proves a genesis document; the error names the file, the member and the remedy. */
export async function loadGenesis(path: string): Promise<GenesisDocument> {
  const text = await readSetting(path, 'genesis', '--genesis')
  return await named(path, () => parseGenesisJson(text))
}

/** Reads a discovery manifest and checks it against the genesis: spec protocol 4.6. */
export async function loadManifest(path: string, document: GenesisDocument): Promise<Manifest> {
  const text = await readSetting(path, 'genesis-manifest', '--genesis-manifest')
  const manifest = await named(path, () => parseManifest(text))
  const fail = (message: string) => {
    const remedy = 'use the manifest that belongs to this network'
    return new ConfigError(`${path}: ${message}`, { code: 'MANIFEST_INVALID', field: 'genesis-manifest', remedy })
  }
  if (manifest.networkName !== document.networkName) {
    throw fail(`network_name '${manifest.networkName}' is not that of the genesis, '${document.networkName}'`)
  }
  const members = manifestMembers(manifest)
  for (const operator of document.operators) {
    const entry = members.find(({ label }) => label === operator.label)
    if (!entry) continue
    const nodeId = toHex(nodeIdOf(operator.nodePublicKey))
    const accountId = toHex(accountIdOf(operator.suiteId, operator.accountPublicKey))
    if (entry.nodeIdHex !== nodeId) throw fail(`peers.${entry.label}.node_id_hex is not that of the genesis operator`)
    if (entry.accountIdHex !== accountId) throw fail(`peers.${entry.label}.account_id_hex is not that of the operator`)
  }
  return manifest
}

async function readSetting(path: string, field: string, flag: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const reason = errorCode(error) === 'ENOENT' ? 'does not exist' : `cannot be read: ${errorMessage(error)}`
    throw new ConfigError(`${field} ${path} ${reason}`, { field, remedy: `name an existing file with ${flag}` })
  }
}

/** Errors of a parser know the member; the file is known here. */
async function named<T>(path: string, parse: () => T): Promise<T> {
  try {
    return parse()
  } catch (error) {
    if (!(error instanceof MontanaError)) throw error
    const { code, field, remedy } = error
    throw new ConfigError(`${path}: ${error.message}`, { code, ...(field && { field }), ...(remedy && { remedy }) })
  }
}

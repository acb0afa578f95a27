import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { deriveIdentity } from '@montana/crypto'
import { devnetGenesis, formatGenesisJson } from '@montana/ledger'
import { saveIdentity } from '@montana/node/settings'

/** A network of one operator, so that a single node cements by itself. Returns the arguments of `montana start`. */
export async function soloNode(folder: string, d0: number): Promise<string[]> {
  const entropy = new Uint8Array(createHash('sha256').update('montana-bench/solo').digest())
  const { publicKeys, ...rest } = await deriveIdentity(entropy)
  const dataDir = join(folder, 'solo')
  mkdirSync(dataDir)
  await saveIdentity(dataDir, { publicKeys, ...rest })
  const operator = { label: 'solo', nodePublicKey: publicKeys.node, accountPublicKey: publicKeys.account }
  const document = devnetGenesis([operator], { proposerRule: 'bootstrap', cementingRule: 'evidence' })
  const genesis = join(folder, 'genesis.json')
  writeFileSync(genesis, formatGenesisJson({ ...document, params: { ...document.params, d0 } }))
  return ['start', '--solo', '--data-dir', dataDir, '--genesis', genesis, '--status-listen', '127.0.0.1:0']
}

/** Status URL of a node of a running devnet. */
export function meshStatusUrl(devnet: string, label: string): string | undefined {
  try {
    const { statusUrl } = JSON.parse(readFileSync(join(devnet, label, 'run.json'), 'utf8')) as { statusUrl: string }
    return statusUrl
  } catch {
    return undefined
  }
}

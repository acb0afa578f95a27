import { type DocumentKind, type GenesisMember, type ManifestDocument, manifestKind } from '@montana/fleet'
import { toHex } from '@montana/foundation'
import { accountIdOf, type GenesisDocument, nodeIdOf } from '@montana/ledger'

/** `--genesis`, where it was given. Throws ConfigError for a file that is no genesis document. */
export async function kindWithGenesis(path: unknown): Promise<DocumentKind<ManifestDocument>> {
  if (typeof path !== 'string') return manifestKind()
  return manifestKind(genesisMembers(await readGenesis(path)))
}

export async function readGenesis(path: string): Promise<GenesisDocument> {
  const { loadGenesis } = await import('@montana/node')
  return await loadGenesis(path)
}

export function genesisMembers({ operators }: GenesisDocument): GenesisMember[] {
  return operators.map(({ label, suiteId, nodePublicKey, accountPublicKey }) => ({
    label,
    nodeIdHex: toHex(nodeIdOf(nodePublicKey)),
    accountIdHex: toHex(accountIdOf(suiteId, accountPublicKey)),
  }))
}

import { type DocumentKind, type ManifestDocument, manifestKind } from '@montana/fleet'
import type { GenesisDocument } from '@montana/ledger'

/** `--genesis`, where it was given. Throws ConfigError for a file that is no genesis document. */
export async function kindWithGenesis(path: unknown): Promise<DocumentKind<ManifestDocument>> {
  if (typeof path !== 'string') return manifestKind()
  // The node's code is large; only those that need it load it.
  const { genesisMembers } = await import('@montana/node/genesis-members')
  return manifestKind(genesisMembers(await readGenesis(path)))
}

export async function readGenesis(path: string): Promise<GenesisDocument> {
  const { loadGenesis } = await import('@montana/node')
  return await loadGenesis(path)
}

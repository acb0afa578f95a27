import { genesisChainState, type Restored } from '@montana/consensus'
import type { GenesisDocument } from '@montana/ledger'

/**
 * What stands in for the state while the tables of the store are damaged: S_0, to which nothing may be applied. A snapshot
 * from peers replaces it; the signature journal of the store is not read here and not touched.
 */
export function unrestored(document: GenesisDocument): Restored {
  const chain = genesisChainState(document)
  return { chain, headEnvelope: undefined, recent: new Map(), journal: [], registrations: [], signFrom: undefined }
}

import type { GenesisMember } from '@montana/fleet'
import { toHex } from '@montana/foundation'
import { accountIdOf, type GenesisDocument, nodeIdOf } from '@montana/ledger'

/** The operators of a genesis, under the ids that follow from their keys. */
export function genesisMembers({ operators }: GenesisDocument): GenesisMember[] {
  return operators.map(({ label, suiteId, nodePublicKey, accountPublicKey }) => ({
    label,
    nodeIdHex: toHex(nodeIdOf(nodePublicKey)),
    accountIdHex: toHex(accountIdOf(suiteId, accountPublicKey)),
  }))
}

import { toHex } from '@montana/foundation'
import { accountIdOf, formatGenesisJson, genesisStateHash, nodeIdOf } from '@montana/ledger'
import { manifestMembers } from '@montana/network'
import type { ReadModules } from './modules.js'

/** `/api/genesis`: what is fixed about the network, and who the manifest in force names; no address. */
export function genesisOf(modules: ReadModules): () => unknown {
  const { document, genesisHash } = modules
  const { params } = JSON.parse(formatGenesisJson(document)) as { params: Record<string, string | number> }
  const fixed = {
    ...{ network_name: document.networkName, genesis_hash: toHex(genesisHash) },
    genesis_state_hash: toHex(genesisStateHash(document)),
    ...{ proposer_rule: document.proposerRule, cementing_rule: document.cementingRule, params },
    operators: document.operators.map(({ label, nodePublicKey, suiteId, accountPublicKey }, index) => ({
      ...{ label, bootstrap: index === 0, node_id: toHex(nodeIdOf(nodePublicKey)) },
      account_id: toHex(accountIdOf(suiteId, accountPublicKey)),
    })),
  }
  return () => ({ ...fixed, peers: peersOf(modules) })
}

function peersOf({ manifest }: ReadModules) {
  const now = manifest()
  if (!now) return []
  return manifestMembers(now).map(({ label, bootstrap, peerId, nodeIdHex, accountIdHex }) => {
    return { label, bootstrap, peer_id: peerId, node_id: nodeIdHex, account_id: accountIdHex }
  })
}

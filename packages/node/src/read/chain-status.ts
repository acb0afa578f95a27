import { formatTime, toHex } from '@montana/foundation'
import { stateRoots, supply } from '@montana/ledger'
import type { ReadModules } from './modules.js'

/** `/api/status`: spec operations 13.2. From memory but for the oldest window. */
export function chainStatus(modules: ReadModules): unknown {
  const { document, label, store } = modules
  const { chain } = modules.state()
  const { tables, context } = chain
  const oldest = store.oldestWindow()
  return {
    ...{ network: document.networkName, label },
    current_window: context.window + 1,
    last_cemented_window: context.window,
    proposal_hash: context.window === 0 ? null : toHex(context.proposalHash),
    state_root: toHex(stateRoots(tables).stateRoot),
    ...{ accounts: tables.accounts.size, nodes: tables.nodes.size, candidates: tables.candidates.size },
    proposals_archived: oldest === undefined ? 0 : Math.max(0, context.window - oldest + 1),
    oldest_window: oldest ?? null,
    supply_nj: supply(context.window, chain.params.emissionMoneta).toString(),
    synced: modules.isSynced(),
    ts: formatTime(modules.wallMs()),
  }
}

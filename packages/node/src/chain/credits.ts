import { decodeEnvelope } from '@montana/consensus'
import { toHex } from '@montana/foundation'
import { decodeNodeRecord } from '@montana/ledger'
import { openStore, type ReadStore } from '@montana/store'

/** Who did what in a range of cemented windows, by node_id in hex. */
export interface ChainCredits {
  /** Windows that each node proposed. */
  readonly proposers: ReadonlyMap<string, number>
  /** Windows in whose first list each node was credited (spec protocol 0, "confirmer"). */
  readonly confirmers: ReadonlyMap<string, number>
  /** The window at which each member of the table was admitted, 0 for the genesis cohort. */
  readonly admittedAt: ReadonlyMap<string, number>
}

/** Reads the store of a data directory, also beside a running node. Throws what {@link openStore} throws. */
export function readCredits(dataDir: string, from: number, to: number): ChainCredits {
  const store = openStore({ dir: dataDir, mode: 'read' })
  try {
    return creditsOf(store, from, to)
  } finally {
    store.close()
  }
}

function creditsOf(store: ReadStore, from: number, to: number): ChainCredits {
  const proposers = new Map<string, number>()
  const confirmers = new Map<string, number>()
  const count = (map: Map<string, number>, nodeId: Uint8Array) => {
    map.set(toHex(nodeId), (map.get(toHex(nodeId)) ?? 0) + 1)
  }
  for (let window = from; window <= to; window++) {
    const bytes = store.windowAt(window)?.envelope
    if (!bytes) continue
    const { header, confirmers: credited } = decodeEnvelope(bytes)
    count(proposers, header.proposerNodeId)
    for (const { nodeId } of credited) count(confirmers, nodeId)
  }
  const records = [...store.tableRecords('node')].map(decodeNodeRecord)
  const admittedAt = new Map(records.map(({ nodeId, startWindow }) => [toHex(nodeId), startWindow] as const))
  return { proposers, confirmers, admittedAt }
}

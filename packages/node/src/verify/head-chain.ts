import { type ChainState, decodeContext } from '@montana/consensus'
import { emptyState, nodeCodec, type ProtocolParams, Table } from '@montana/ledger'
import type { ReadStore } from '@montana/store'

/** Members and context of the stored head, without the accounts: the keys with which later links are checked. */
export function headChain(store: ReadStore, params: ProtocolParams): ChainState | undefined {
  const context = store.context()
  if (!context) return undefined
  const records = [...store.tableRecords('node')].map((record) => nodeCodec.decode(record))
  const tables = { ...emptyState(), nodes: Table.fromRecords(nodeCodec, records) }
  return { params, tables, context: decodeContext(context) }
}

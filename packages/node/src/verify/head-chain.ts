import { CodecError } from '@montana/codec'
import { type ChainState, decodeContext } from '@montana/consensus'
import { emptyState, nodeCodec, type ProtocolParams, Table } from '@montana/ledger'
import type { ReadStore } from '@montana/store'

/**
 * Members and context of the stored head, without the accounts: the keys with which later links are checked.
 * `undefined` where they cannot be decoded, which the comparison with the head reports.
 */
export function headChain(store: ReadStore, params: ProtocolParams): ChainState | undefined {
  try {
    const context = store.context()
    if (!context) return undefined
    const records = [...store.tableRecords('node')].map((record) => nodeCodec.decode(record))
    const tables = { ...emptyState(), nodes: Table.fromRecords(nodeCodec, records) }
    return { params, tables, context: decodeContext(context) }
  } catch (error) {
    if (error instanceof CodecError) return undefined
    throw error
  }
}

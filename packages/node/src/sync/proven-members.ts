import { decodeEnvelope, proposalHash } from '@montana/consensus'
import { bytesEqual, MontanaError } from '@montana/foundation'
import { nodeCodec, Table } from '@montana/ledger'
import type { ReadStore } from '@montana/store'
import type { KnownTable } from '@montana/sync'

/**
 * The members after the stored head, where the node table still is the one that the header of the head names: damage to
 * the accounts does not make it wrong. `undefined` where that cannot be shown.
 */
export function provenMembers(store: ReadStore): KnownTable | undefined {
  try {
    const head = store.head()
    const envelope = head && store.windowAt(head.window)?.envelope
    if (!envelope) return undefined
    const { header } = decodeEnvelope(envelope)
    const nodes = Table.fromRecords(nodeCodec, [...store.tableRecords('node')].map(nodeCodec.decode))
    const isOfHead = bytesEqual(proposalHash(header.scope), head.proposalHash)
    return isOfHead && bytesEqual(nodes.root(), header.nodeRoot) ? { window: head.window, nodes } : undefined
  } catch (error) {
    if (error instanceof MontanaError || error instanceof RangeError) return undefined
    throw error
  }
}

import { toHex } from '@montana/foundation'
import { type NodeRecord, nodeCodec } from '@montana/ledger'
import type { Staging } from '@montana/store'
import type { NodeTable } from '../trust/signatures.js'

const FIRST_KEY = new Uint8Array(32)
const LAST_KEY = new Uint8Array(32).fill(0xff)

/** The staged node table. The whole of it in memory: it grows with the members, not with the accounts. */
export function provenNodes(staging: Staging): NodeTable {
  const rows = staging.table('node').records(FIRST_KEY, LAST_KEY, staging.counts().node)
  const nodes = new Map<string, NodeRecord>(rows.map(({ key, record }) => [toHex(key), nodeCodec.decode(record)]))
  return {
    get: (key) => nodes.get(toHex(key)),
    *entries() {
      yield* nodes.values()
    },
  }
}

import { windowWeights } from '@montana/consensus'
import { bytesEqual, compareBytes, fromHex, toHex } from '@montana/foundation'
import { isActive, type NodeRecord, type Table } from '@montana/ledger'
import { ReadError } from './errors.js'
import { chainOf, type ReadModules } from './modules.js'
import { checkQuery, cursorOf, idOf, limitOf, placeOf } from './query.js'

const NODES_DEFAULT = 100

/** Walked once per state, however many ask. */
const sorted = new WeakMap<Table<NodeRecord>, readonly NodeRecord[]>()

/** Ascending by node_id. */
export function recordsOf(table: Table<NodeRecord>): readonly NodeRecord[] {
  const known = sorted.get(table) ?? [...table.entries()]
  sorted.set(table, known)
  return known
}

/** `/api/nodes`. */
export function nodes(modules: ReadModules, query: URLSearchParams): unknown {
  checkQuery(query, ['limit', 'cursor'])
  const limit = limitOf(query, NODES_DEFAULT)
  const { tables, context } = chainOf(modules)
  const all = recordsOf(tables.nodes)
  const from = firstAfter(all, fromHex(placeOf(query, 'n') ?? ''))
  const page = all.slice(from, from + limit)
  const last = page.at(-1)
  const next = last && from + limit < all.length ? cursorOf('n', toHex(last.nodeId)) : null
  return { window: context.window, count: all.length, nodes: page.map((node) => nodeRow(modules, node)), next }
}

/** `/api/node/ID`. */
export function node(modules: ReadModules, id: string, query: URLSearchParams): unknown {
  checkQuery(query, [])
  const { tables, context } = chainOf(modules)
  const record = tables.nodes.get(idOf(id))
  if (!record) {
    const remedy = 'ask /api/nodes for those there are, or /api/find/ID'
    throw new ReadError(404, 'NOT_FOUND', 'no node has this id', { remedy, field: 'id' })
  }
  return { window: context.window, ...nodeRow(modules, record) }
}

/** Of those that ascend by node_id; the first without an id. */
function firstAfter(all: readonly NodeRecord[], id: Uint8Array = new Uint8Array(0)): number {
  let [low, high] = [0, all.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (compareBytes((all[middle] as NodeRecord).nodeId, id) <= 0) low = middle + 1
    else high = middle
  }
  return low
}

function nodeRow(modules: ReadModules, node: NodeRecord) {
  const chain = chainOf(modules)
  const { params, context } = chain
  return {
    ...modules.names()(node.nodeId),
    account_id: toHex(node.operatorAccountId),
    ...{ start_window: node.startWindow, chain_length: node.chainLength },
    chain_length_snapshot: node.chainLengthSnapshot,
    last_confirmation_window: node.lastConfirmationWindow,
    active: isActive(node, context.window + 1, params.tau2Windows),
    weight: windowWeights(chain).of(node.nodeId),
    bootstrap: bytesEqual(node.nodeId, context.bootstrapNodeId),
  }
}

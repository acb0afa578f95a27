import { addressOf } from '@montana/crypto'
import { bytesEqual, toHex } from '@montana/foundation'
import type { ReadStore } from '@montana/store'
import { chainOf, type ReadModules } from './modules.js'
import { accountOf, checkQuery, cursorOf, windowPlace } from './query.js'
import type { ReadShare } from './share.js'

/** Rows of the small columns that one turn compares: about a millisecond. */
const WINDOWS_PER_TURN = 512
/** Windows that one question compares. */
const WINDOWS_PER_QUESTION = 16_384

export interface FindModules {
  readonly store: Pick<ReadStore, 'windowNamed' | 'table'>
  readonly share: ReadShare
}

/** `/api/find/HASH`: what is called so, at the head and among the windows from the newest down. */
export async function find(
  modules: ReadModules,
  reading: FindModules,
  { id, query, signal }: { id: string; query: URLSearchParams; signal: AbortSignal },
): Promise<unknown> {
  checkQuery(query, ['cursor'])
  const hash = accountOf(id)
  const head = chainOf(modules).context.window
  const from = windowPlace(query)
  const records = from === undefined ? await reading.share.run(() => recordsNamed(modules, hash), signal) : []
  // Nothing else is called like a record: ids and hashes have domains of their own.
  if (records.length > 0) return { matches: records, searched_from: null, next: null }
  const { match, searchedFrom } = await windowNamed(reading, hash, Math.min(head, from ?? head), signal)
  const isOver = match !== undefined || searchedFrom <= 1
  const next = isOver ? null : cursorOf('w', searchedFrom - 1)
  return { matches: match ? [match] : [], searched_from: searchedFrom, next }
}

function recordsNamed(modules: ReadModules, id: Uint8Array): unknown[] {
  const { nodes, candidates } = chainOf(modules).tables
  const node = nodes.get(id)
  const candidate = candidates.get(id)
  const accountIdHex = (record: { operatorAccountId: Uint8Array }) => toHex(record.operatorAccountId)
  return [
    ...(node ? [{ kind: 'node', ...modules.names()(id), account_id: accountIdHex(node) }] : []),
    ...(candidate ? [{ kind: 'candidate', node_id: toHex(id), account_id: accountIdHex(candidate) }] : []),
    // By the store, which keeps nothing of it in memory.
    ...(modules.store.table('account').record(id)
      ? [{ kind: 'account', account_id: toHex(id), address: addressOf(id) }]
      : []),
  ]
}

interface Found {
  readonly match: { kind: 'window'; window: number; by: 'proposal_hash' | 'state_root' } | undefined
  readonly searchedFrom: number
}

async function windowNamed(
  { store, share }: FindModules,
  hash: Uint8Array,
  to: number,
  signal: AbortSignal,
): Promise<Found> {
  const last = Math.max(1, to - WINDOWS_PER_QUESTION + 1)
  for (let high = to; high >= last; high -= WINDOWS_PER_TURN) {
    const low = Math.max(last, high - WINDOWS_PER_TURN + 1)
    const found = await share.run(() => store.windowNamed(hash, low, high), signal)
    if (!found) continue
    const by = bytesEqual(found.proposalHash, hash) ? 'proposal_hash' : 'state_root'
    return { match: { kind: 'window', window: found.window, by }, searchedFrom: low }
  }
  return { match: undefined, searchedFrom: last }
}

import { decodeConfirmation, decodeHeader, decodeVote } from '@montana/consensus'
import { errorCode, errorMessage, formatTime, toHex } from '@montana/foundation'
import type { Evidence, ReadStore } from '@montana/store'
import { locateStores } from '../verify/locate.js'
import type { StoreTarget } from '../verify/types.js'

/** Two signed statements of one node that exclude each other. */
export interface EvidenceRow {
  readonly kind: string
  readonly window: number
  /** node_id of whoever signed both, hex; null where the pair cannot be decoded. */
  readonly nodeId: string | null
  /** Where the statements differ, for people. */
  readonly detail: string
  /** Both statements, hex. */
  readonly a: string
  readonly b: string
}

/** One kind of thing that one peer did wrong. */
export interface IncidentRow {
  readonly code: string
  readonly peer: string
  readonly count: number
  readonly firstWindow: number
  readonly lastWindow: number
  /** RFC 3339. */
  readonly lastAt: string
}

export interface NodeEvidence {
  readonly label: string
  /** False for a node of a devnet that lost its store, or never had one; the others are read all the same. */
  readonly hasStore: boolean
  readonly evidence: readonly EvidenceRow[]
  readonly incidents: readonly IncidentRow[]
}

/** What the stores below a data directory hold against anybody; reads only, also beside running nodes. */
export function readEvidence(dataDir: string): NodeEvidence[] {
  return locateStores(dataDir).map(evidenceOf)
}

function evidenceOf({ label, open }: StoreTarget): NodeEvidence {
  const store = openIfPresent(open)
  if (!store) return { label, hasStore: false, evidence: [], incidents: [] }
  try {
    const evidence = store.evidence.list().map(evidenceRow)
    return { label, hasStore: true, evidence, incidents: incidentRows(store) }
  } finally {
    store.close()
  }
}

function openIfPresent(open: StoreTarget['open']): ReadStore | undefined {
  try {
    return open()
  } catch (error) {
    if (errorCode(error) === 'NO_STORE') return undefined
    throw error
  }
}

function incidentRows(store: ReadStore): IncidentRow[] {
  return store.incidents.list().map(({ code, peer, count, firstWindow, lastWindow, lastAtMs }) => {
    return { code, peer, count, firstWindow, lastWindow, lastAt: formatTime(lastAtMs) }
  })
}

function evidenceRow({ kind, window, a, b }: Evidence): EvidenceRow {
  return { kind, window, ...describe(kind, a, b), a: toHex(a), b: toHex(b) }
}

function describe(kind: string, a: Uint8Array, b: Uint8Array): Pick<EvidenceRow, 'nodeId' | 'detail'> {
  try {
    if (kind === 'vote') return ofVotes(a, b)
    if (kind === 'header') return { nodeId: toHex(decodeHeader(a).proposerNodeId), detail: 'two headers' }
    return { nodeId: toHex(decodeConfirmation(a).nodeId), detail: 'two clock values' }
  } catch (error) {
    return { nodeId: null, detail: `cannot be decoded: ${errorMessage(error)}` }
  }
}

function ofVotes(a: Uint8Array, b: Uint8Array): Pick<EvidenceRow, 'nodeId' | 'detail'> {
  const [first, second] = [decodeVote(a), decodeVote(b)]
  const values = `${toHex(first.value).slice(0, 8)} and ${toHex(second.value).slice(0, 8)}`
  return { nodeId: toHex(first.nodeId), detail: `round ${first.round}, phase ${first.phase}: ${values}` }
}
